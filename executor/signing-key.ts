import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { PrivateJwk } from '#core/protocol/jwk';
import { generateSigningKey, thumbprintMatches } from '#core/protocol/jws';

/** Files of the executor's keys below its state folder: the one it signs with, and the one it will sign with. */
const signingKeyFile = 'signing-key.json';
const nextKeyFile = 'next-signing-key.json';

/**
 * Reads the executor's signing key, or makes it at the first start (mode 0600).
 * @throws Error when the file is not a key that fits its thumbprint
 */
export async function loadSigningKey(stateDir: string): Promise<PrivateJwk> {
  return loadOrMake(stateDir, signingKeyFile);
}

/**
 * Reads the key that `useNextKey` will go over to, or makes it (mode 0600).
 * @throws Error when the file is not a key that fits its thumbprint
 */
export async function makeNextKey(stateDir: string): Promise<PrivateJwk> {
  return loadOrMake(stateDir, nextKeyFile);
}

/** The next key if one was made. */
export async function readNextKey(stateDir: string): Promise<PrivateJwk | undefined> {
  try {
    return await readKey(join(stateDir, nextKeyFile));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Makes the next key the signing key from the next start on; the old private key is gone. A receipt that was signed
 * before keeps its signature, so the app keeps both pins until the last of those has arrived.
 * @throws Error when no next key was made
 */
export async function useNextKey(stateDir: string): Promise<PrivateJwk> {
  const next = await readNextKey(stateDir);
  if (!next) throw new Error('there is no next key: make one with "executor key --rotate" first');
  await rename(join(stateDir, nextKeyFile), join(stateDir, signingKeyFile));
  return next;
}

async function loadOrMake(stateDir: string, name: string): Promise<PrivateJwk> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const file = join(stateDir, name);
  try {
    return await readKey(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = `${JSON.stringify(await generateSigningKey())}\n`;
  try {
    // Exclusive, so that two first starts cannot make two keys.
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readKey(file);
}

async function readKey(file: string): Promise<PrivateJwk> {
  const key = v.parse(PrivateJwk, JSON.parse(await readFile(file, 'utf8')));
  if (!(await thumbprintMatches(key))) throw new Error(`${file}: kid is not the thumbprint of the key`);
  return key;
}
