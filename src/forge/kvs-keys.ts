import kvs from '@forge/kvs';
import * as v from 'valibot';
import { PrivateJwk } from '#core/protocol/jwk';
import { generateSigningKey } from '#core/protocol/jws';
import type { Keys } from '../app/ports';

const signingKeyKey = 'signing-key';
const nextKeyKey = 'next-signing-key';

/** The app's signing key, and the next one while it rotates, in the platform's encrypted store of this installation. */
export const kvsKeys: Keys = {
  signingKey: () => readOrMake(signingKeyKey),
  async nextKey() {
    const next = await read(nextKeyKey);
    // Promoted, and the removal after it was cut off: it is no longer the next one.
    return next && next.kid !== (await read(signingKeyKey))?.kid ? next : undefined;
  },
  async prepareNext() {
    const next = await kvsKeys.nextKey();
    if (next) return next;
    await kvs.deleteSecret(nextKeyKey);
    return readOrMake(nextKeyKey);
  },
  async promoteNext(kid) {
    const next = await read(nextKeyKey);
    if (next?.kid !== kid) return (await read(signingKeyKey))?.kid === kid;
    await kvs.setSecret(signingKeyKey, next);
    await kvs.deleteSecret(nextKeyKey);
    return true;
  },
  async discardNext() {
    await kvs.deleteSecret(nextKeyKey);
  },
};

async function read(key: string): Promise<PrivateJwk | undefined> {
  const stored = await kvs.getSecret<unknown>(key);
  return stored === undefined ? undefined : v.parse(PrivateJwk, stored);
}

async function readOrMake(key: string): Promise<PrivateJwk> {
  const stored = await read(key);
  if (stored) return stored;
  const fresh = await generateSigningKey();
  try {
    await kvs.setSecret(key, fresh, { keyPolicy: 'FAIL_IF_EXISTS' });
    return fresh;
  } catch {
    // Another invocation made one first: that one counts.
    return v.parse(PrivateJwk, await kvs.getSecret<unknown>(key));
  }
}
