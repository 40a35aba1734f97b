import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../executor/embedded/launcher';
import { binaries15, startTestServer } from '../../support/postgres';
import { compareLocks, type LockReport } from '../../support/sql/compare-locks';

/**
 * Every statement is run on a real server and rolled back. What it locked and which tables it wrote anew are compared
 * with what was predicted from its text and a snapshot.
 */
async function compare(url: string): Promise<LockReport> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop database if exists lock_world');
  await admin.query('create database lock_world');
  await admin.end();
  const world = new URL(url);
  world.pathname = '/lock_world';
  return compareLocks(world.href);
}

/** The snapshot does not hold statistics, nor sequences of no column: the prediction says so (`unseen`). */
const documented = ['drop statistics plain_stats', 'drop schema w cascade'];

/** Nothing changed: the type is one that UTC keeps, the function was inlined, the table was logged, the place was the same. */
const cautious = [
  'alter table priced alter column at type timestamptz',
  'alter table priced add column d int default w.dice()',
  'alter table priced set logged',
  'alter table plain set tablespace pg_default',
];

function expectGood(report: LockReport, least: number): void {
  expect(report.under.filter((line) => !documented.some((sql) => line.startsWith(`${sql} |`)))).toEqual([]);
  expect(report.missed).toEqual([]);
  expect(report.cautious.filter((sql) => !cautious.includes(sql))).toEqual([]);
  expect(report.compared).toBeGreaterThanOrEqual(least);
  expect({ ...report, share: report.exact / report.compared >= 0.98 }).toMatchObject({ share: true });
}

test('the predicted locks and rewrites are those of PostgreSQL 18', async () => {
  const server = await startTestServer();
  try {
    const report = await compare(server.postgres.superuserUrl('postgres'));
    expect(report.refused).toEqual([]);
    expectGood(report, 290);
  } finally {
    await server.stop();
  }
});

const with15 = existsSync(join(binaries15, 'bin', 'postgres')) ? test : test.skip;
with15('the predicted locks and rewrites are those of PostgreSQL 15', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'query-change-locks-'));
  const server = await startEmbeddedPostgres({ dataDir, binaries: binaries15 });
  try {
    expectGood(await compare(server.superuserUrl('postgres')), 280);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
