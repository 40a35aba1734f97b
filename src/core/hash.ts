import canonicalize from 'canonicalize';

const encoder = new TextEncoder();

/** As much of `node:crypto` as is used here. */
interface NodeCrypto {
  createHash(name: 'sha256'): { update(text: string, encoding: 'utf8'): { digest(as: 'hex'): string } };
}

/**
 * Node's own hashing, where there is one. WebCrypto makes a job for another thread of each digest, which takes many
 * times as long as a small digest itself; an executor makes a dozen of them for each order.
 */
const node = (
  globalThis as { process?: { getBuiltinModule?(id: string): NodeCrypto | undefined } }
).process?.getBuiltinModule?.('node:crypto');

/** SHA-256 of the UTF-8 bytes of `text`, as 64 lower-case hexadecimal digits. */
export async function sha256Hex(text: string): Promise<string> {
  if (node) return node.createHash('sha256').update(text, 'utf8').digest('hex');
  const bytes = await globalThis.crypto.subtle.digest('SHA-256', encoder.encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * RFC 8785 (JCS) form of a JSON value.
 * @throws TypeError when the value has no JSON form (undefined, a function, a lone surrogate's owner is refused earlier)
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no canonical JSON form');
  return text;
}

/** SHA-256 over the canonical JSON bytes of `value`, in hexadecimal. */
export async function canonicalSha256(value: unknown): Promise<string> {
  return sha256Hex(canonicalJson(value));
}

/** Length of `text` in UTF-8 bytes. */
export function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
