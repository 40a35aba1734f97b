import * as v from 'valibot';
import { PublicJwk } from '#core/protocol/jwk';

/**
 * Reads a public key as the executor prints it: a JSON object, maybe with a line about its thumbprint behind it.
 * @returns the key, or what is wrong with the text in words
 */
export function parseExecutorKey(text: string): { key: PublicJwk } | { problem: string } {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (text.trim() === '') return { problem: 'Paste the key that the executor prints.' };
  if (from === -1 || to < from)
    return { problem: 'This is not a key in JSON: it has no { and }. Paste everything that is printed.' };
  let json: unknown;
  try {
    json = JSON.parse(text.slice(from, to + 1));
  } catch {
    return { problem: 'This is not whole JSON. Was a part left out when it was copied?' };
  }
  if (v.is(v.object({ d: v.unknown() }), json))
    return {
      problem:
        'This is a private key ("d" is in it). It must not leave the executor: make a new one there, and paste only what "executor key --print" shows.',
    };
  const parsed = v.safeParse(PublicJwk, json);
  if (parsed.success) return { key: parsed.output };
  const where = v.getDotPath(parsed.issues[0]);
  return { problem: whatIsWrong(where) };
}

function whatIsWrong(member: string | null): string {
  switch (member) {
    case 'kty':
    case 'crv':
      return 'This is a key of another kind: an Ed25519 key has "kty": "OKP" and "crv": "Ed25519".';
    case 'x':
      return 'The key itself ("x") is missing or was cut off: it has 43 characters.';
    case 'kid':
      return 'The thumbprint ("kid") is missing or was cut off: it has 43 characters.';
    default:
      return 'This is not a public key as the executor prints it.';
  }
}
