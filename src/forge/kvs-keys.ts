import kvs from '@forge/kvs';
import * as v from 'valibot';
import { PrivateJwk } from '#core/protocol/jwk';
import { generateSigningKey } from '#core/protocol/jws';
import type { Keys } from '../app/ports';

const signingKeyKey = 'signing-key';

/** The app's one signing key, in the platform's encrypted store of this installation. */
export const kvsKeys: Keys = {
  async signingKey() {
    const stored = await kvs.getSecret<unknown>(signingKeyKey);
    if (stored !== undefined) return v.parse(PrivateJwk, stored);
    const fresh = await generateSigningKey();
    try {
      await kvs.setSecret(signingKeyKey, fresh, { keyPolicy: 'FAIL_IF_EXISTS' });
      return fresh;
    } catch {
      // Another invocation made one first: that one counts.
      return v.parse(PrivateJwk, await kvs.getSecret<unknown>(signingKeyKey));
    }
  },
};
