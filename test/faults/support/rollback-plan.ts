import * as v from 'valibot';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { preflightPath, PreflightReply } from '#core/protocol/preflight';
import type { World } from './world';

/** How the executor would undo this text by the rows that it keeps; in words why it would not. */
export async function rollbackPlan(world: World, sql: string): Promise<RollbackPlan | string> {
  const request = JSON.stringify({ connection: 'main', sql, automaticRollback: true, exportFormat: null });
  const response = await world.app.send(await world.address(), 'POST', preflightPath, request);
  const reply = v.parse(PreflightReply, await response.json());
  return reply.rollbackPlan ?? reply.rollbackRefusal ?? 'no plan and no reason';
}
