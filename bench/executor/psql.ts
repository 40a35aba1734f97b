import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { run } from '../program';
import { markSql, role, type Stage } from './stage';

const debian = '/usr/lib/postgresql';

/** The client itself: Debian's `psql` in the path is a script that looks for it, which takes longer than a change. */
export function findPsql(): string | null {
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const own = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => path.join(debian, version, 'bin/psql'));
  const inPath = (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, 'psql'));
  return [...own, ...inPath].find((file) => existsSync(file)) ?? null;
}

/** Changes with the role of the executor's changes. */
export const asRole = { PGOPTIONS: `-c role=${role}` };

/** Writes one file for each change; their ids are new. */
export async function writeChanges(stage: Stage, prefix: string, count: number): Promise<string[]> {
  const folder = path.join(stage.folder, 'changes', prefix);
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const file = path.join(folder, `${index}.sql`);
      await writeFile(file, `${markSql(`${prefix}-${index}`)};\n`);
      return file;
    }),
  );
}

/** `psql -1 -f`: one process, one connection, one transaction. */
export async function psqlFile(psql: string, stage: Stage, file: string): Promise<void> {
  await run(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-1', '-d', stage.url, '-f', file], { env: asRole });
}
