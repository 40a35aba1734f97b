import { escapeIdentifier, escapeLiteral } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../postgres/errors';
import type { Target } from '../postgres/target';
import { whoAndWhen } from '../postgres/who-and-when';
import { schemaDifference } from '../schema/compare';
import { readSchemaApart } from '../schema/digest';
import type { Statement } from '../sql/cut';
import { frameEnd } from './attempt-end';
import { whoOf, wrongPlace } from './open';
import { Ended } from './trips';

/** Reads as the change would: its role, where it finds names, how long it may wait. */
function opening({ content, startBy }: OrderClaims): readonly string[] {
  const { limits, role, searchPath } = content;
  return [
    'begin isolation level read committed read only',
    whoAndWhen(startBy),
    'set local standard_conforming_strings = on',
    `set local lock_timeout = ${limits.lockTimeoutMs}`,
    `set local statement_timeout = ${limits.statementTimeoutMs}`,
    `select pg_catalog.set_config('search_path', ${escapeLiteral(searchPath)}, true)`,
    `set local role ${escapeIdentifier(role)}`,
  ];
}

/**
 * Ends an attempt when what the change touches is not what it was when the change was submitted. Asked when its
 * transaction has its place in the ledger, before its first statement, from a session that stays (see decision 0027). A
 * rollback is not compared: it comes after the change itself.
 * @throws Ended, or Error when the connection fails
 */
export async function refuseOtherSchema(
  target: Target,
  claims: OrderClaims,
  statements: readonly Statement[],
): Promise<void> {
  const approved = claims.content.schemaDigest;
  if (approved === null || claims.kind !== 'apply') return;
  let difference: string | null;
  try {
    const { state, opened } = await readSchemaApart(target.structures, statements, opening(claims));
    const wrong = wrongPlace(claims.content.target, whoOf(opened));
    if (wrong) throw new Ended(wrong);
    difference = schemaDifference(approved, claims.content.schemaShape, state, target.seenSchemas);
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  if (difference !== null) throw new Ended({ kind: 'refused', code: 'schema-changed', message: difference });
}
