import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier, type Pool, type PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../../postgres/errors';
import { sendAll } from '../trips';
import { finalizeDetach } from './finalize';
import { type Before, type Found, look } from './found';
import type { IndexBefore } from './index-state';

/** A lock may be held by somebody, and a cancel that was sent to the statement may still arrive. */
const tries = 3;
const pauseMs = 250;

/**
 * Waits, at most as long as the approved lock timeout, until nobody else builds on the table: an index that is not valid
 * may be another's, being built right now.
 */
async function quiet(
  client: PoolClient,
  table: { readonly schemaName: string; readonly name: string },
): Promise<void> {
  const path = `${escapeIdentifier(table.schemaName)}.${escapeIdentifier(table.name)}`;
  await sendAll(client, ['begin', `lock table only ${path} in share update exclusive mode`, 'commit']);
}

/** Our own SQL as the approved role, whatever the approved statement has left of its session. */
async function ownFrame(client: PoolClient, claims: OrderClaims): Promise<void> {
  const { statementTimeoutMs, lockTimeoutMs } = claims.content.limits;
  await sendAll(client, [
    'rollback',
    'reset all',
    'set search_path = pg_catalog, pg_temp',
    `set lock_timeout = ${lockTimeoutMs}`,
    `set statement_timeout = ${statementTimeoutMs}`,
    'set synchronous_commit = on',
    `set role ${escapeIdentifier(claims.content.role)}`,
  ]);
}

/** Drops the indexes that are not valid, once nobody can be building them. Resolves with what was found before that. */
async function dropLeftovers(client: PoolClient, control: Pool, before: IndexBefore): Promise<Found> {
  const { rows } = await client.query<{ schemaName: string; name: string }>(
    `select n.nspname::text as "schemaName", c.relname::text as name
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1::oid`,
    [before.place?.table],
  );
  if (rows[0]) await quiet(client, rows[0]);
  const found = await look(control, before);
  if (found.judgement.is !== 'leftover') return found;
  for (const { schemaName, name } of found.judgement.indexes) {
    const path = `${escapeIdentifier(schemaName)}.${escapeIdentifier(name)}`;
    await client.query(`drop index concurrently if exists ${path}`);
  }
  return found;
}

/**
 * Takes away what a statement that was ended has left, or does its second half where there is no way back, with our own SQL
 * as the approved role, in the session of this attempt: a fence that comes meanwhile ends it too. Resolves with what is
 * there afterwards.
 * @throws when the connection fails
 */
export async function cleanUp(
  client: PoolClient,
  control: Pool,
  claims: OrderClaims,
  before: Before,
): Promise<Found> {
  for (let tried = 1; ; tried += 1) {
    const found = await look(control, before);
    const { is } = found.judgement;
    if ((is !== 'leftover' && is !== 'half-detached') || tried > tries) return found;
    try {
      await ownFrame(client, claims);
      if (before.kind === 'detach-partition') {
        if (before.place) await finalizeDetach(client, before.place);
      } else {
        const now = await dropLeftovers(client, control, before);
        if (now.judgement.is !== 'leftover') return now;
      }
    } catch (error) {
      if (!serverError(error)) throw error;
      await client.query('rollback');
      await delay(pauseMs * tried);
    }
  }
}
