import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { exportFormats } from '#core/protocol/export';
import type { Config } from '../config';
import { exportFolder } from './exporter';
import { keptPaths, sweepExports } from './store';

/** A file that no row names may still be about to get one. */
const orphanAgeMs = 60 * 60 * 1_000;
const ours = new RegExp(`^[0-9a-f-]{36}\\.(part|${exportFormats.join('|')})$`);

/** Removes files whose time is over, and what a crash left half-made or unnamed. */
export async function sweepFiles(config: Config, pool: Pool, now: () => number): Promise<void> {
  await sweepExports(pool);
  const kept = await keptPaths(pool);
  const folders = config.connections.flatMap(({ exports }) =>
    exports === undefined ? [] : [exportFolder(config.stateDir, exports)],
  );
  for (const folder of new Set(folders)) {
    const names = await readdir(folder).catch((): string[] => []);
    for (const path of names.filter((name) => ours.test(name)).map((name) => join(folder, name))) {
      if (kept.has(path)) continue;
      const found = await stat(path).catch(() => null);
      if (found !== null && now() - found.mtimeMs > orphanAgeMs) await rm(path, { force: true });
    }
  }
}
