import { Client } from 'pg';
import { canonicalSha256, sha256Hex } from '#core/hash';
import type { OrderClaims } from '#core/protocol/order';
import { readReceipt, type SeenReceipt } from '../../integration/executor/support/receiver';
import { deliver } from '../support/load';
import { chance } from '../support/random';
import { rollbackPlan } from '../support/rollback-plan';
import { othersFrom, randomScript, type RandomTable, randomTables } from '../support/random-tables';
import { count, counted, type Outcome, type Row, type Tier } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const cases: Record<Tier, number> = { ci: 300, full: 3_000 };
const abreast = 4;

/** Rows by table and key, as text; only those that the case owns, or only those of others. */
type Picture = ReadonlyMap<string, string>;

async function picture(
  client: Client,
  tables: readonly RandomTable[],
  whose: 'ours' | 'theirs',
): Promise<Picture> {
  const seen = new Map<string, string>();
  for (const { name, key } of tables) {
    const { rows } = await client.query<{ key: string[]; row: string }>(
      `select array[${key.map((column) => `${column}::text`).join(', ')}] as key, row(t.*)::text as row from ${name} t
        where id ${whose === 'ours' ? '<' : '>='} ${othersFrom}`,
    );
    for (const row of rows) seen.set(`${name} ${row.key.join(',')}`, row.row);
  }
  return seen;
}

const differences = (one: Picture, other: Picture): string[] =>
  [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key)).toSorted();

/** Others write to rows of their own, in transactions of their own. */
async function othersWrite(client: Client, tables: readonly RandomTable[], words: string): Promise<void> {
  for (const { name } of tables) {
    await client.query(`update ${name} set note = $1, u = u + 10 where id = ${othersFrom + 1}`, [words]);
    await client.query(`delete from ${name} where id = ${othersFrom + 2}`);
    await client.query(
      `insert into ${name} (id, part, note) overriding system value values (${othersFrom + 2}, 'p', $1)`,
      [words],
    );
  }
}

async function executed(world: World, claims: OrderClaims): Promise<SeenReceipt | string> {
  const { reply } = await deliver(world, claims);
  if ('code' in reply) return reply.code;
  await world.receiver.seen(claims.jti);
  const delivery = (await world.app.execution(await world.address(), claims.jti))?.delivery;
  return delivery ? readReceipt(delivery, world.receiptKey) : 'no receipt';
}

const outcomeOf = (receipt: SeenReceipt | string): string => {
  if (typeof receipt === 'string') return receipt;
  const { status, reason, statements } = receipt.claims;
  const failed = statements.find(({ error }) => error !== null)?.error;
  return [status, reason?.code ?? failed?.sqlstate].filter(Boolean).join(' ');
};

/** Changes some of the rows that the change touched, as somebody else would; answers which. */
async function meddle(
  client: Client,
  tables: readonly RandomTable[],
  touched: readonly string[],
  present: Picture,
  pick: <T>(from: readonly T[]) => T,
): Promise<string[]> {
  const meddled = new Set<string>();
  for (let tries = 0; tries < 3; tries += 1) {
    const one = pick(touched);
    if (meddled.has(one)) continue;
    const table = tables.find(({ name }) => one.startsWith(`${name} `));
    if (!table) throw new Error(`no table of ${one}`);
    const key = one.slice(table.name.length + 1).split(',');
    const where = table.key.map((column, at) => `${column}::text = $${at + 1}`).join(' and ');
    if (present.has(one)) await client.query(`update ${table.name} set note = 'meddled' where ${where}`, key);
    else {
      const columns = table.key.join(', ');
      const places = table.key.map((_column, at) => `$${at + 1}`).join(', ');
      await client.query(
        `insert into ${table.name} (${columns}) overriding system value values (${places})`,
        key,
      );
    }
    meddled.add(one);
  }
  return [...meddled].toSorted();
}

/** What a drifted rollback lists, in the form of a picture's keys. */
const listed = ({ body }: SeenReceipt, tables: readonly RandomTable[]): string[] =>
  (body?.statements ?? [])
    .flatMap(({ columns, rows }) => {
      const said = columns.at(-1)?.name.replace(/^state in /, '') ?? '';
      const table = tables.find(({ name }) => name.replaceAll('"', '') === said);
      return rows.map((row) => `${table?.name ?? said} ${row.slice(0, -1).join(',')}`);
    })
    .toSorted();

async function oneCase(world: World, at: number, found: Found): Promise<void> {
  const random = chance(world.seed + at * 15_485_863);
  const schema = `case_${at}`;
  const client = new Client({ connectionString: world.server.postgres().superuserUrl(world.target) });
  const other = new Client({ connectionString: world.server.postgres().superuserUrl(world.target) });
  await Promise.all([client.connect(), other.connect()]);
  const { tables, sql } = randomTables(random, schema);
  const script = randomScript(random, tables);
  const bad = (what: string): void => {
    found.violations.push(`case ${at}: ${what}; ${script.replaceAll(/\s+/g, ' ').slice(0, 600)}`);
  };
  try {
    await client.query(sql);
    await client.query(
      `grant usage on schema ${schema} to faults_rw; grant all on all tables in schema ${schema} to faults_rw;
       grant all on all sequences in schema ${schema} to faults_rw`,
    );
    const plan = await rollbackPlan(world, script);
    if (typeof plan === 'string') {
      bad(`no plan: ${plan}`);
      return;
    }
    const before = await picture(client, tables, 'ours');
    const order = { issueId: `case-${at}`, sql: script, content: { rollbackPlan: plan } };
    const claims = await world.order(order);
    const [applied] = await Promise.all([executed(world, claims), othersWrite(other, tables, 'first')]);
    const after = await picture(client, tables, 'ours');
    if (typeof applied === 'string' || applied.claims.status !== 'succeeded') {
      count(found.hit, `not applied (${outcomeOf(applied)})`);
      if (differences(before, after).length > 0) bad(`${outcomeOf(applied)}, but rows changed`);
      // Unique numbers and foreign keys stop some scripts; anything else is not expected.
      if (!/^failed (23505|23503)/.test(outcomeOf(applied))) bad(outcomeOf(applied));
      return;
    }
    const touched = differences(before, after);
    const drifts = touched.length > 0 && random.next() < 0.3;
    const meddled = drifts ? await meddle(other, tables, touched, after, (from) => random.pick(from)) : [];
    const now = await picture(client, tables, 'ours');
    const back = await world.order({ ...order, kind: 'rollback' });
    const undo = {
      ...back,
      sqlSha256: await canonicalSha256(plan),
      applyReceiptSha256: await sha256Hex(applied.compact),
      beforeImageSha256: applied.claims.beforeImage?.sha256 ?? '',
    };
    const [undone] = await Promise.all([executed(world, undo), othersWrite(other, tables, 'second')]);
    const theirs = [...(await picture(client, tables, 'theirs')).values()].filter((row) =>
      row.includes('second'),
    );
    if (theirs.length !== tables.length * 2) bad('rows of others were changed');
    const rolledBack = await picture(client, tables, 'ours');
    const said = outcomeOf(undone);
    count(found.hit, drifts ? 'drifted' : touched.length === 0 ? 'nothing changed' : 'rolled back');
    found.rows += touched.length;
    if (drifts) {
      if (said !== 'failed rows-drifted') bad(`${said}, although rows drifted: ${meddled.join('; ')}`);
      else if (typeof undone !== 'string' && listed(undone, tables).join('; ') !== meddled.join('; '))
        bad(`lists ${listed(undone, tables).join('; ')}, not ${meddled.join('; ')}`);
      if (differences(now, rolledBack).length > 0) bad('drifted, but rows changed');
    } else {
      if (said !== 'succeeded')
        bad(`the rollback ${said}: ${typeof undone === 'string' ? '' : JSON.stringify(undone.body)}`);
      const left = differences(before, rolledBack);
      if (left.length > 0) bad(`not as before: ${left.slice(0, 3).join('; ')}`);
    }
  } finally {
    await client.query(`drop schema if exists ${schema} cascade`);
    await Promise.all([client.end(), other.end()]);
  }
}

interface Found {
  readonly violations: string[];
  readonly hit: Map<string, number>;
  rows: number;
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const found: Found = { violations: [], hit: new Map(), rows: 0 };
  const world = await createWorld(shared);
  try {
    await shared.server.sql(world.target, "create type public.mood as enum ('fine', 'poor')");
    let next = 0;
    const worker = async (): Promise<void> => {
      for (; next < cases[tier];) {
        next += 1;
        await oneCase(world, next, found);
      }
    };
    await Promise.all(Array.from({ length: abreast }, worker));
    return {
      runs: `${cases[tier]} scripts, ${found.rows} rows`,
      hit: counted(found.hit),
      violations: found.violations,
    };
  } finally {
    await world.close();
  }
}

export const automaticRollback: Row = {
  onOldest: true,
  name: 'automatic-rollback',
  title: 'automatic rollback: random tables and scripts, others writing',
  run,
};
