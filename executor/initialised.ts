import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ledgerVersion } from './postgres/ledger';
import { replaceFile } from './replace-file';

const file = (stateDir: string): string => join(stateDir, 'initialised.json');
const Marks = v.record(v.string(), v.object({ version: v.number(), how: v.picklist(['shown', 'applied']) }));

async function marks(stateDir: string): Promise<v.InferOutput<typeof Marks>> {
  const text = await readFile(file(stateDir), 'utf8').catch(() => '{}');
  return v.parse(Marks, JSON.parse(text));
}

/** Notes that a person was shown, or applied, what the executor wants to have in a target database. */
export async function markInitialised(
  stateDir: string,
  key: string,
  how: 'shown' | 'applied',
): Promise<void> {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const next = { ...(await marks(stateDir)), [key]: { version: ledgerVersion, how } };
  await replaceFile(file(stateDir), `${JSON.stringify(next, null, 2)}\n`, 0o600);
}

/** Why a connection may not be used yet, or null. */
export async function notInitialised(stateDir: string, key: string): Promise<string | null> {
  const mark = (await marks(stateDir))[key];
  if (mark?.version === ledgerVersion) return null;
  return `run "executor init --print --connection ${key}" (or --apply) first`;
}
