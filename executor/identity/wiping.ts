import { randomInt } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';

/**
 * What a session does after a change and before the next one. Everything that PostgreSQL itself keeps for a session is given
 * back; the plans stay, because they remember nothing but how to run what they are of. `random()` gets a new beginning, so that
 * nobody can choose the numbers of a later change.
 */
const wiping = (): string =>
  [
    'close all',
    'set session authorization default',
    'reset role',
    'reset all',
    'deallocate all',
    'unlisten *',
    'select pg_catalog.pg_advisory_unlock_all()',
    'discard temp',
    'discard sequences',
    `select pg_catalog.setseed(${randomInt(-1_000_000_000, 1_000_000_001) / 1e9})`,
  ].join(';\n');

/** Our own functions are called as the login, which the approved role is not. */
const looking = (first: boolean): string =>
  `begin read only; set local role none; select querychange.session_leftovers(${first}) as left; commit`;

/**
 * Wipes a session and looks what is left in it. `open`: its transaction may be; `first`: nothing has run in it yet.
 * @returns null when nothing is, else the words for it: then nobody may use it again
 * @throws Error when the connection fails or a transaction cannot be ended
 */
export async function wipe(
  client: PoolClient,
  { open = false, first = false }: { readonly open?: boolean; readonly first?: boolean },
): Promise<string | null> {
  const before = open ? 'rollback;\n' : '';
  const results: unknown = await client.query(`${before}${wiping()};\n${looking(first)}`);
  const rows = (results as readonly QueryResult[]).flatMap((result): unknown[] => result.rows);
  const answer = rows.find(
    (row): row is { left: string | null } => typeof row === 'object' && row !== null && 'left' in row,
  );
  if (answer === undefined) throw new Error('the session did not say what is left in it');
  return answer.left;
}
