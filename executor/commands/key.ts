import { publicHalf } from '#core/protocol/jws';
import type { PublicJwk } from '#core/protocol/jwk';
import type { Config } from '../config';
import { loadSigningKey, makeNextKey, readNextKey, useNextKey } from '../signing-key';

/** `executor key --print`: the public key that an admin pins in the app; its `kid` is the RFC 7638 thumbprint. */
export async function printKey(config: Pick<Config, 'stateDir'>): Promise<string> {
  const [key, next] = await Promise.all([loadSigningKey(config.stateDir), readNextKey(config.stateDir)]);
  const prepared = next ? `\nThe next key, not in use yet:\n${keyWords(publicHalf(next))}` : '';
  return `${keyWords(publicHalf(key))}${prepared}`;
}

/** `executor key --rotate`: makes the next key, or shows the one that was made, and says how to go on. */
export async function rotateKey(
  config: Pick<Config, 'stateDir'>,
): Promise<{ next: PublicJwk; text: string }> {
  const current = await loadSigningKey(config.stateDir);
  const next = publicHalf(await makeNextKey(config.stateDir));
  const text = `${keyWords(next)}
This is the next key. The executor still signs with ${current.kid}. Go on like this:
1. On the admin page, pin this key as the second key of the executor.
2. Run "executor key --use-next" with the same configuration, and restart the executor.
3. When the receipts of earlier changes have arrived, drop ${current.kid} on the admin page.
`;
  return { next, text };
}

/**
 * `executor key --use-next`: the executor signs with the next key from its next start on.
 * @throws Error when no next key was made
 */
export async function goOverToNextKey(
  config: Pick<Config, 'stateDir'>,
): Promise<{ current: PublicJwk; text: string }> {
  const current = publicHalf(await useNextKey(config.stateDir));
  return { current, text: `${keyWords(current)}Restart the executor: it signs with this key then.\n` };
}

function keyWords(key: PublicJwk): string {
  return `${JSON.stringify(key, null, 2)}\nthumbprint: ${key.kid}\n`;
}
