import { performance } from 'node:perf_hooks';
import { Client, escapeIdentifier } from 'pg';

/** Runs a statement `times` times as a role, each in its own transaction, as `psql` would; answers milliseconds. */
export async function timeBareStatement(options: {
  readonly url: string;
  readonly role: string;
  readonly searchPath: string;
  readonly sql: string;
  readonly times: number;
}): Promise<number[]> {
  const client = new Client({ connectionString: options.url });
  await client.connect();
  try {
    await client.query(`set role ${escapeIdentifier(options.role)}`);
    await client.query(`set search_path = ${options.searchPath}`);
    const taken: number[] = [];
    for (let time = 0; time < options.times; time += 1) {
      const start = performance.now();
      await client.query(options.sql);
      taken.push(performance.now() - start);
    }
    return taken;
  } finally {
    await client.end();
  }
}
