import * as v from 'valibot';
import { PublicJwk } from '#core/protocol/jwk';

/** A JSON object without objects in it, as a key is. */
const flatObject = /\{[^{}]*\}/g;

/**
 * Reads a public key as the executor prints it: a JSON object, maybe with words around it.
 * @returns the key, or what is wrong with the text in words
 */
export function parseExecutorKey(text: string): { key: PublicJwk } | { problem: string } {
  if (text.trim() === '') return { problem: 'Paste the key that the executor prints.' };
  const [object, ...more] = text.match(flatObject) ?? [];
  if (object === undefined)
    return { problem: 'This is not a whole key in JSON, from { to }. Paste everything that is printed.' };
  if (more.length > 0)
    return { problem: 'There is more than one key in this text. Paste only the one that you mean.' };
  let json: unknown;
  try {
    json = JSON.parse(object);
  } catch {
    return { problem: 'This is not JSON. Was a part left out when it was copied?' };
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

/** The executor's id in what `executor enrol` prints; null when it does not stand there. */
export function findExecutorId(text: string): string | null {
  return /^executor id: (\S+)$/m.exec(text)?.[1] ?? null;
}
