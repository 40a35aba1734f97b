import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PrivateJwk } from '#core/protocol/jwk';
import { generateSigningKey, thumbprintMatches } from '#core/protocol/jws';

/** File of the executor's signing key below its state folder. */
const signingKeyFile = 'signing-key.json';

/**
 * Reads the executor's signing key, or makes it at the first start (mode 0600).
 * @throws Error when the file is not a key that fits its thumbprint
 */
export async function loadSigningKey(stateDir: string): Promise<PrivateJwk> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, signingKeyFile);
  const made = `${JSON.stringify(await generateSigningKey())}\n`;
  try {
    // Exclusive, so that two first starts cannot make two keys.
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const key = v.parse(PrivateJwk, JSON.parse(await readFile(file, 'utf8')));
  if (!(await thumbprintMatches(key))) throw new Error(`${file}: kid is not the thumbprint of the key`);
  return key;
}
