import type { PoolClient } from 'pg';
import * as v from 'valibot';
import { captureQuery } from '../postgres/capture-query';
import { serverError } from '../postgres/errors';
import { send } from '../run/table-counters';
import type { Statement } from '../sql/cut';
import { unwrap } from '#core/sql/tree/node';

/** A plan as PostgreSQL prints it, and the two figures of it that anybody may see. */
export interface Planned {
  readonly text: string;
  readonly estimate: { readonly rows: number; readonly cost: number };
}

const explainable = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CreateTableAsStmt',
  'DeclareCursorStmt',
]);

const savepoint = 'querychange_explain';
/** A plan of more bytes is not kept: a text of many partitions has plans of megabytes. */
const maxPlanBytes = 64 * 1024;

const Node = v.object({
  'Node Type': v.string(),
  'Plan Rows': v.number(),
  'Total Cost': v.number(),
  Plans: v.optional(
    v.array(v.object({ 'Parent Relationship': v.optional(v.string()), 'Plan Rows': v.number() })),
    [],
  ),
});
const Plans = v.looseTuple([v.object({ Plan: Node })]);

/** Rows that the plan expects to come out, or to be written: the node that writes them says 0 itself. */
function figures(text: string): Planned['estimate'] | null {
  const parsed = v.safeParse(Plans, JSON.parse(text));
  if (!parsed.success) return null;
  const [{ Plan: top }] = parsed.output;
  const source = top.Plans.find((inner) => inner['Parent Relationship'] !== 'InitPlan');
  const rows = top['Node Type'] === 'ModifyTable' ? (source?.['Plan Rows'] ?? 0) : top['Plan Rows'];
  return { rows: Math.round(rows), cost: top['Total Cost'] };
}

/**
 * Asks for the plan of a statement without running it. Null when PostgreSQL plans no such statement, or would not: then
 * the statement itself says why. The locks that planning takes are given back.
 */
export async function explain(client: PoolClient, statement: Statement): Promise<Planned | null> {
  if (!explainable.has(unwrap(statement.node)[0])) return null;
  await client.query(`savepoint ${savepoint}`);
  try {
    // The statement follows byte for byte, alone in its message.
    const text = `EXPLAIN (FORMAT JSON) ${statement.text}`;
    const { rows } = await captureQuery(client, text, { maxRows: 2, maxBytes: 2 ** 24, stopWhenFull: false });
    const plan = rows[0]?.[0] ?? null;
    const estimate = plan === null ? null : figures(plan);
    return plan === null || estimate === null
      ? null
      : { text: Buffer.byteLength(plan) > maxPlanBytes ? '' : plan, estimate };
  } catch (error) {
    if (!serverError(error)) throw error;
    return null;
  } finally {
    // After a lost connection this fails like the next step would.
    await send(client, [`rollback to savepoint ${savepoint}`, `release savepoint ${savepoint}`]);
  }
}
