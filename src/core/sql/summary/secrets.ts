/** Names of columns, options and functions whose values are not repeated in a summary. */
const secretName =
  /pass(?:word|wd|phrase|code)?(?:_|$)|(?:^|_)pwd(?:_|$)|secret|(?:^|_)token|credential|(?:api|access|private|signing)_?key|(?:^|_)(?:pin|cvv|cvc|ssn|otp)(?:_|$)/i;
const keyFunctions = /^(?:crypt|pgp_\w+|encrypt|decrypt|encrypt_iv|decrypt_iv|hmac|dblink\w*)$/i;
/** Every run has an end: a literal may have 200 KB, and each of its letters could begin the scheme of an address. */
const secretText =
  /(?:^|[\s'?&])(?:ssl)?password\s{0,20}=|[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@':]{0,200}:[^\s/?#@']{1,500}@|BEGIN [A-Z ]{0,40}PRIVATE KEY/i;

export const hiddenValue = '(a value that is not shown)';

/** True for a name whose value may be a secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(name) || keyFunctions.test(name);
}

/** True for a literal that holds a password or a key whatever its column is called. */
export function holdsSecret(text: string): boolean {
  return secretText.test(text);
}
