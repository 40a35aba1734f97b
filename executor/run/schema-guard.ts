import type { PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../postgres/errors';
import { schemaDifference } from '../schema/compare';
import type { SeenSchemas } from '../schema/seen';
import type { Statement } from '../sql/cut';
import { frameEnd } from './attempt-end';
import { Ended } from './trips';

/**
 * Ends an attempt when what the change touches is not what it was when the change was submitted.
 * @throws Ended, or Error when the connection fails
 */
export async function refuseOtherSchema(
  client: PoolClient,
  claims: OrderClaims,
  statements: readonly Statement[],
  seen: SeenSchemas,
): Promise<void> {
  let difference: string | null;
  try {
    difference = await schemaDifference(client, claims, statements, seen);
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  if (difference !== null) throw new Ended({ kind: 'refused', code: 'schema-changed', message: difference });
}
