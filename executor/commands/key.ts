import { publicHalf } from '#core/protocol/jws';
import type { Config } from '../config';
import { loadSigningKey } from '../signing-key';

/** `executor key --print`: the public key that an admin pins in the app; its `kid` is the RFC 7638 thumbprint. */
export async function printKey(config: Config): Promise<string> {
  const key = publicHalf(await loadSigningKey(config.stateDir));
  return `${JSON.stringify(key, null, 2)}\nthumbprint: ${key.kid}\n`;
}
