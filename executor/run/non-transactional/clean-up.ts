import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier, type Pool, type PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../../postgres/errors';
import { type Before, type IndexState, indexStates } from './index-state';
import { judge, type Judgement } from './judge';
import { sendAll } from '../trips';

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

/** What is there now; nothing where there is nothing to look at. */
export async function look(control: Pool, { place }: Before): Promise<IndexState[]> {
  return place === null ? [] : indexStates(control, place);
}

/**
 * Drops what a statement that was ended has left, with our own SQL as the approved role, in the session of this attempt: a
 * fence that comes meanwhile ends it too. Resolves with what is there afterwards.
 * @throws when the connection fails
 */
export async function cleanUp(
  client: PoolClient,
  control: Pool,
  claims: OrderClaims,
  before: Before,
): Promise<{ readonly judgement: Judgement; readonly now: IndexState[] }> {
  const { statementTimeoutMs, lockTimeoutMs } = claims.content.limits;
  for (let tried = 1; ; tried += 1) {
    let now = await look(control, before);
    let judgement = judge(before, now);
    if (judgement.is !== 'leftover' || tried > tries) return { judgement, now };
    try {
      await sendAll(client, [
        'rollback',
        'reset all',
        'set search_path = pg_catalog, pg_temp',
        `set lock_timeout = ${lockTimeoutMs}`,
        `set statement_timeout = ${statementTimeoutMs}`,
        'set synchronous_commit = on',
        `set role ${escapeIdentifier(claims.content.role)}`,
      ]);
      const { rows } = await client.query<{ schemaName: string; name: string }>(
        `select n.nspname::text as "schemaName", c.relname::text as name
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1::oid`,
        [before.place?.table],
      );
      if (rows[0]) await quiet(client, rows[0]);
      now = await look(control, before);
      judgement = judge(before, now);
      if (judgement.is !== 'leftover') return { judgement, now };
      for (const { schemaName, name } of judgement.indexes) {
        const path = `${escapeIdentifier(schemaName)}.${escapeIdentifier(name)}`;
        await client.query(`drop index concurrently if exists ${path}`);
      }
    } catch (error) {
      if (!serverError(error)) throw error;
      await client.query('rollback');
      await delay(pauseMs * tried);
    }
  }
}
