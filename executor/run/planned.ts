import type { PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { canonicalJson } from '#core/hash';
import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import { serverError } from '../postgres/errors';
import { lockTables, startKeeping, versionOf } from '../rollback/capture';
import type { RowKeeper } from '../rollback/keeper';
import { derivePlan } from '../rollback/plan';
import type { Statement } from '../sql/cut';
import { frameEnd } from './attempt-end';
import { Uncountable } from './table-counters';
import { Ended } from './trips';

/** The plan by which an order is to undo a change; null for every other order. */
export function undoPlan({ kind, content }: OrderClaims): RollbackPlan | null {
  return kind === 'rollback' ? (content.rollbackPlan ?? null) : null;
}

const changed = (why: string): Ended =>
  new Ended({
    kind: 'refused',
    code: 'plan-changed',
    message: `the rollback plan is not the approved one any more: ${why}`,
  });

/**
 * Derives the approved rollback plan of a change again and makes ready to keep its rows; null when it has none. From here
 * on the tables of the plan keep their structure.
 * @throws Ended when the database gives another plan now
 */
export async function keeperOf(
  client: PoolClient,
  claims: OrderClaims,
  statements: readonly Statement[],
  config: ConnectionConfig,
): Promise<RowKeeper | null> {
  const { rollbackPlan: approved, role, searchPath } = claims.content;
  if (!approved || claims.kind !== 'apply' || !config.writable) return null;
  try {
    const version = await versionOf(client);
    await lockTables(client, approved, version);
    const frame = { role, searchPath, beforeImages: config.beforeImages };
    const derived = await derivePlan(client, statements, frame);
    if (!derived.ok) throw changed(derived.error);
    if (canonicalJson(derived.value.plan) !== canonicalJson(approved)) {
      throw changed('a table, or what may be kept of it, is different now');
    }
    return await startKeeping(client, claims, derived.value, version);
  } catch (error) {
    if (error instanceof Uncountable) throw changed(error.message);
    const failure = serverError(error);
    if (!failure) throw error;
    // A table that is gone, or that the role may not lock any more.
    if (['42P01', '3F000', '42501', '42809'].includes(failure.code ?? ''))
      throw changed('a table cannot be used');
    throw new Ended(frameEnd(failure, 'opening', null));
  }
}
