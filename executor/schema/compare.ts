import type { PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import type { Statement } from '../sql/cut';
import { readSchema } from './digest';
import type { SeenSchemas } from './seen';

/** The first thing in which two structures differ, in words. */
function firstDifference(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  for (const name of [...new Set([...before.keys(), ...now.keys()])].toSorted()) {
    if (!now.has(name)) return `${name} is gone`;
    if (!before.has(name)) return `${name} is new`;
    if (before.get(name) !== now.get(name)) return `${name} is another`;
  }
  return 'it changed more than once';
}

/**
 * Compares what the change touches with what was recorded when it was submitted, inside its transaction and before its
 * first statement. In words why it must not run; null when it may. A rollback is not compared: it comes after the change
 * itself. The server's and connection errors are thrown.
 */
export async function schemaDifference(
  client: PoolClient,
  claims: OrderClaims,
  statements: readonly Statement[],
  seen: SeenSchemas,
): Promise<string | null> {
  const approved = claims.content.schemaDigest;
  if (approved === null || claims.kind !== 'apply') return null;
  const now = await readSchema(client, statements);
  if (now.digest === approved) return null;
  const words = 'the structure that the change touches is not the one that was approved';
  if (now.digest === null) return `${words}: ${now.note}`;
  const before = seen.get(approved);
  return before === undefined ? words : `${words}: ${firstDifference(before, now.objects)}`;
}
