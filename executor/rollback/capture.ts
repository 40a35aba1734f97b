import { escapeIdentifier, type PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import type { OrderClaims } from '#core/protocol/order';
import type { Captured } from '../postgres/capture-query';
import { keepRowsSql, sealKeptRowsSql } from '../postgres/kept-rows';
import { serverError } from '../postgres/errors';
import { send, Uncountable } from '../run/table-counters';
import type { Statement } from '../sql/cut';
import { imageLine, Measure } from './image';
import type { BeforeImage, RowKeeper } from './keeper';
import type { DerivedPlan } from './plan';
import { streamRows } from './portal';
import { type Expected, ownTables, reachedOnly, reachNow, treeOf } from './reach';
import { tableName, wrapStatement } from './wrap';

/** Bytes that are sent to the database at once. */
const partBytes = 256 * 1024;

const commands = { insert: 'INSERT', update: 'UPDATE', delete: 'DELETE' } as const;
const counted = { insert: 'inserted', update: 'updated', delete: 'deleted' } as const;

/** Version of the server, as `server_version_num` has it. */
export async function versionOf(client: PoolClient): Promise<number> {
  const [result] = await send(client, [
    `select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version`,
  ]);
  return (result?.rows[0] as { version: number } | undefined)?.version ?? 0;
}

/**
 * Holds the tables of a plan as they are. Before PostgreSQL 18 an UPDATE cannot return the row as it was: it is read
 * beside the change, and others must not write meanwhile.
 */
export async function lockTables(client: PoolClient, plan: RollbackPlan, version: number): Promise<void> {
  const modes = new Map<string, boolean>();
  for (const { table, action } of plan.statements) {
    const name = tableName(table);
    modes.set(name, (modes.get(name) ?? false) || (action === 'update' && version < 180_000));
  }
  const sorted = [...modes].toSorted(([one], [other]) => (one < other ? -1 : 1));
  await send(
    client,
    sorted.map(
      ([name, alone]) => `lock table ${name} in ${alone ? 'share row exclusive' : 'row exclusive'} mode`,
    ),
  );
}

/** Starts to keep the rows of a change whose plan was derived again and is the approved one. */
export async function startKeeping(
  client: PoolClient,
  claims: OrderClaims,
  { plan, parts, settings }: DerivedPlan,
  version: number,
): Promise<RowKeeper> {
  const role = `set local role ${escapeIdentifier(claims.content.role)}`;
  const trees = new Map<string, string[]>();
  for (const { table } of parts) {
    if (!trees.has(table.oid)) trees.set(table.oid, await treeOf(client, table.oid));
  }
  const own = await ownTables(client);
  const before = await reachNow(client);
  const head = imageLine({
    v: 1,
    settings,
    columns: parts.map(({ table }) => table.columns.map(({ name, type }): [string, string] => [name, type])),
  });
  let measure = new Measure();
  let waiting: Buffer[] = [head];
  let waitingBytes = head.length;
  let problem: RowKeeper['problem'] = null;
  const begun = new Map<number, { measure: Measure; waiting: Buffer[]; waitingBytes: number }>();
  const done = new Map<number, number>();

  /** Our own functions are called by the login itself, then the approved role is taken again. */
  const asLogin = (sql: string): readonly string[] => ['set local role none', sql, role];
  const flush = async (atLeast: number): Promise<void> => {
    if (waitingBytes < atLeast || waitingBytes === 0) return;
    const content = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    await send(client, asLogin(keepRowsSql(claims, measure.parts, plan.keepHours, content)));
    measure.part(content);
  };
  /** False when it is more than is kept. */
  const keep = (index: number, keys: number, fields: readonly (string | null)[]): boolean => {
    const [old = null, now = null] = fields.slice(keys);
    const line = imageLine({
      index,
      key: fields.slice(0, keys).map((key) => key ?? ''),
      before: old,
      after: now,
    });
    measure.rows += 1;
    if (measure.rows > plan.maxRows || measure.bytes + waitingBytes + line.length > plan.maxBytes) {
      return false;
    }
    waiting.push(line);
    waitingBytes += line.length;
    return true;
  };

  const run = async (statement: Statement, at: number): Promise<Captured> => {
    const part = parts[at];
    if (!part) throw new Error('the plan has no such statement');
    const { action } = part.statement;
    // The row budget may undo a statement and run it again: what was kept is then undone with it.
    const start = begun.get(at);
    if (start) {
      measure = new Measure(start.measure);
      waiting = [...start.waiting];
      waitingBytes = start.waitingBytes;
    } else begun.set(at, { measure: new Measure(measure), waiting: [...waiting], waitingBytes });
    const wrapped = await wrapStatement(statement, part.statement, part.table, version);
    if (!wrapped) throw new Error('a plan was derived for a statement that cannot be wrapped');
    const keys = part.table.key.length;
    let rows = 0;
    let full = false;
    let unknown = false;
    try {
      await streamRows(
        client,
        wrapped.text,
        (fields) => {
          rows += 1;
          if (full) return;
          if (action === 'update' && fields[keys] === null) unknown = true;
          if (keep(at, keys, fields)) return;
          full = true;
          waiting = [];
          waitingBytes = 0;
        },
        () => (full ? Promise.resolve() : flush(partBytes)),
      );
    } catch (error) {
      const failure = serverError(error);
      const inside = Number(failure?.position) - wrapped.lead;
      // The place is one in the approved text, or none.
      if (failure) failure.position = inside > 0 && inside <= statement.text.length + 1 ? String(inside) : '';
      throw error;
    }
    done.set(at, rows);
    if (full) {
      const message =
        `Statement ${statement.index + 1} changes more than is kept to undo a change: at most ` +
        `${plan.maxRows} rows and ${plan.maxBytes} bytes.`;
      problem = { code: 'before-image-too-large', message };
    } else if (unknown) {
      const message = `Statement ${statement.index + 1} changed a row whose state before could not be told.`;
      problem = { code: 'before-image-incomplete', message };
    }
    return { columns: [], rows: [], truncated: false, command: commands[action], count: rows };
  };

  const expected = (): Expected[] =>
    [...trees].map(([oid, tables]) => {
      const sums = { inserted: 0, updated: 0, deleted: 0 };
      for (const [at, { statement, table }] of parts.entries()) {
        if (table.oid === oid) sums[counted[statement.action]] += done.get(at) ?? 0;
      }
      return { tables, ...sums };
    });

  return {
    capture(statement) {
      const at = parts.findIndex((part) => part.statement.index === statement.index);
      return at < 0 ? null : run(statement, at);
    },
    async seal(): Promise<BeforeImage | null> {
      const beyond = {
        code: 'rollback-plan-violated',
        message: 'The change wrote more than the rows that its rollback plan speaks of.',
      };
      try {
        if (!reachedOnly(before, await reachNow(client), expected(), own)) problem = beyond;
      } catch (error) {
        if (!(error instanceof Uncountable)) throw error;
        problem = { ...beyond, message: `What the change wrote cannot be told: ${error.message}.` };
      }
      if (problem !== null) return null;
      await flush(1);
      const sha256 = measure.sha256();
      const results = await send(client, asLogin(sealKeptRowsSql(claims, { ...sizeOf(measure), sha256 })));
      const reply = results
        .flatMap(({ rows }) => rows as { reply?: string }[])
        .find((row) => row.reply !== undefined);
      const keptUntil = new Date(reply?.reply ?? '').toISOString();
      return { sha256, rows: measure.rows, bytes: measure.bytes, keptUntil };
    },
    get problem() {
      return problem;
    },
  };
}

const sizeOf = ({ parts, rows, bytes }: Measure): { parts: number; rows: number; bytes: number } => ({
  parts,
  rows,
  bytes,
});
