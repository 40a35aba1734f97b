import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../executor/embedded/launcher';

/** A real PostgreSQL server for one test file. */
export interface TestServer {
  readonly postgres: EmbeddedPostgres;
  /** Runs SQL as superuser. */
  admin<T extends object = Record<string, unknown>>(
    database: string,
    sql: string,
    values?: unknown[],
  ): Promise<T[]>;
  /** Creates `name` as a copy of a template database. */
  clone(template: string, name: string): Promise<void>;
  /** Creates a template once per server; `fill` gets the superuser URL. */
  template(name: string, fill: (url: string) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const slotsDir = join(process.cwd(), '.local', 'test');

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Takes the first free slot: a slot keeps its cluster between runs, so only the very first start pays for initdb. */
export function takeSlot(kind = 'postgres'): { dir: string; release: () => void } {
  mkdirSync(slotsDir, { recursive: true });
  for (let slot = 1; ; slot += 1) {
    const lock = join(slotsDir, `${kind}-${slot}.lock`);
    try {
      const file = openSync(lock, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return { dir: join(slotsDir, `${kind}-${slot}`), release: () => rmSync(lock, { force: true }) };
    } catch {
      const owner = Number(readFileSync(lock, 'utf8'));
      // Left by a run that was killed.
      if (owner > 0 && owner !== process.pid && !alive(owner)) {
        rmSync(lock, { force: true });
        slot -= 1;
      }
    }
  }
}

/** Where Debian puts PostgreSQL 15, the oldest that the executor takes. */
export const binaries15 = '/usr/lib/postgresql/15';

/** Starts a server that nobody else uses; stop it in `afterAll`. `binaries`: of PostgreSQL 15 instead of the embedded one. */
export async function startTestServer(binaries?: typeof binaries15): Promise<TestServer> {
  const slot = takeSlot(binaries === undefined ? 'postgres' : 'postgres15');
  const postgres = await startEmbeddedPostgres({
    dataDir: slot.dir,
    ...(binaries === undefined ? {} : { binaries }),
  });
  const admin = async <T extends object>(database: string, sql: string, values?: unknown[]): Promise<T[]> => {
    const client = new Client({ connectionString: postgres.superuserUrl(database) });
    await client.connect();
    try {
      const result = await client.query<T>(sql, values);
      return result.rows;
    } finally {
      await client.end();
    }
  };
  return {
    postgres,
    admin,
    async template(name, fill) {
      const found = await admin('postgres', 'select 1 as one from pg_database where datname = $1', [name]);
      if (found.length > 0) return;
      const partial = `${name}_partial`;
      await admin('postgres', `drop database if exists ${escapeIdentifier(partial)}`);
      await admin('postgres', `create database ${escapeIdentifier(partial)}`);
      await fill(postgres.superuserUrl(partial));
      await admin(
        'postgres',
        `alter database ${escapeIdentifier(partial)} rename to ${escapeIdentifier(name)}`,
      );
    },
    async clone(template, name) {
      await admin('postgres', `drop database if exists ${escapeIdentifier(name)} with (force)`);
      await admin(
        'postgres',
        `create database ${escapeIdentifier(name)} template ${escapeIdentifier(template)}`,
      );
    },
    async stop() {
      await postgres.stop();
      slot.release();
    },
  };
}
