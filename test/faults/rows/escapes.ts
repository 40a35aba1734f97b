import type { ConfigInput } from '../../../executor/config';
import { type Escape, escapes, readOnlyEscapes } from '../../support/escapes';
import { judge, settle } from '../support/invariants';
import { type Change, deliver } from '../support/load';
import { type Outcome, type Row, within } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

function withReader(input: ConfigInput): ConfigInput {
  const [main] = input.connections;
  if (!main) throw new Error('there is no connection');
  return { ...input, connections: [main, { ...main, key: 'read', ledgerMode: 'state', writable: false }] };
}

/** A session of a change leaves nothing to the next one, and a receipt leaks nothing; each answers what it saw. */
const leftovers: readonly (readonly [what: string, leave: string, look: string, seen: string])[] = [
  [
    'a temporary table for the next change',
    'create temp table left_over (a int)',
    `select coalesce(to_regclass('pg_temp.left_over')::text, 'none')`,
    'none',
  ],
  [
    'an advisory lock of the session',
    'select pg_advisory_lock(7310)',
    'select pg_try_advisory_xact_lock(7310)::text',
    'true',
  ],
  ['a setting of the session', `set datestyle = 'German'`, `select current_setting('datestyle')`, 'ISO, MDY'],
  [
    'a function for the next change',
    `create function pg_temp.now() returns text language sql as $$ select 'fooled' $$`,
    `select pg_typeof(now())::text`,
    'timestamp with time zone',
  ],
];

const secret = 'sesame-open';

/** Refusals of a text for what it is; any other would mean that the attempt was never made. */
const refusals: ReadonlySet<string> = new Set([
  'statement-not-allowed',
  'secret-in-statement',
  'writes-refused',
]);

/** Sends one attempt and waits for its end; the change that carries it must leave no mark. */
export async function attempt(world: World, id: string, escape: Escape): Promise<[string[], Change]> {
  const sql = `insert into marks (change) values ('${id}'); ${escape.sql}`;
  const content = escape.verification === undefined ? {} : { content: { verification: escape.verification } };
  const claims = await world.order({ issueId: id, sql, ...content });
  const { reply } = await deliver(world, claims);
  const refused = 'code' in reply ? reply.code : null;
  if (refused === null) await world.receiver.seen(claims.jti);
  const problems = refused === null || refusals.has(refused) ? [] : [`${escape.what}: ${refused}`];
  return [problems, { id, claims, expect: refused === null ? 'failed' : 'refused' }];
}

async function readOnly(world: World, id: string, escape: Escape): Promise<string[]> {
  const claims = await world.order({ issueId: id, sql: escape.sql }, 'read');
  const { reply } = await deliver(world, claims);
  if ('code' in reply) return refusals.has(reply.code) ? [] : [`${escape.what}: ${reply.code}`];
  await world.receiver.seen(claims.jti);
  const [row] = await world.server.sql<{ status: string }>(
    world.state,
    'select status from executor.executions where jti = $1',
    [claims.jti],
  );
  return row?.status === 'failed' ? [] : [`${escape.what}: ${row?.status}`];
}

/** The first column of the last row that a change returned, and the whole of its receipt. */
export async function answered(
  world: World,
  id: string,
  sql: string,
): Promise<{ value: string; receipt: string }> {
  const claims = await world.order({ issueId: id, sql });
  await deliver(world, claims);
  await world.receiver.seen(claims.jti);
  const [row] = await world.server.sql<{ value: string | null; receipt: string }>(
    world.state,
    `select result::jsonb #>> '{statements,-1,rows,-1,0}' as value, receipt from executor.executions where jti = $1`,
    [claims.jti],
  );
  const payload = Buffer.from(row?.receipt.split('.')[1] ?? '', 'base64url').toString();
  return { value: row?.value ?? 'nothing', receipt: payload };
}

async function run(shared: Shared): Promise<Outcome> {
  const world = await createWorld(shared, { change: withReader });
  try {
    const names = { role: 'faults_rw', other: 'pg_monitor', schema: 'public', table: 'counters' };
    const changes: Change[] = [];
    const violations: string[] = [];
    const contained: string[] = [];
    const tried = async (what: string, work: Promise<readonly string[]>): Promise<void> => {
      let found: readonly string[] = [];
      const late = await within(
        60,
        what,
        work.then((answer) => (found = answer)),
      );
      violations.push(...late, ...found);
      if (late.length + found.length === 0) contained.push(what);
    };
    for (const [index, escape] of escapes(names).entries()) {
      await tried(
        escape.what,
        attempt(world, `escape-${index}`, escape).then(([problems, change]) => {
          changes.push(change);
          return problems;
        }),
      );
    }
    for (const [index, escape] of readOnlyEscapes.entries())
      await tried(`read-only: ${escape.what}`, readOnly(world, `read-${index}`, escape));
    for (const [index, [what, leave, look, seen]] of leftovers.entries()) {
      const work = async (): Promise<string[]> => {
        await answered(world, `leave-${index}`, leave);
        const { value } = await answered(world, `look-${index}`, look);
        return value === seen ? [] : [`${what}: ${value}`];
      };
      await tried(what, work());
    }
    await tried(
      'server text in the receipt',
      answered(world, 'leak', `select '${secret}'::int`).then(({ receipt }) =>
        receipt.includes(secret) ? ['the receipt has the text of the server'] : [],
      ),
    );
    violations.push(...(await settle(world)), ...(await judge(world, changes)));
    return {
      runs: `${contained.length + violations.length} attempts`,
      hit: `contained: ${contained.join('; ')}`,
      violations,
    };
  } finally {
    await world.close();
  }
}

export const escapesRow: Row = {
  name: 'escapes',
  title: 'approved SQL that tries to get out of what it may do',
  run,
};
