import type { Pool } from 'pg';
import { sha256Hex } from '../sha256';

/** Login name inside a connection URL. */
export function loginOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/**
 * Names of the logins of a pool. Roles belong to the whole server: the name tells executor, database and approved role
 * apart, so that no two pools share a login.
 */
export function poolLogins(
  { url, role }: { readonly url: string; readonly role: string },
  count: number,
): readonly string[] {
  const database = decodeURIComponent(new URL(url).pathname.slice(1));
  const pool = sha256Hex(JSON.stringify([loginOf(url), database, role])).slice(0, 16);
  return Array.from({ length: count }, (_none, at) => `qc_p_${pool}_${String(at + 1).padStart(3, '0')}`);
}

/**
 * Opens logins that have no session, with new passwords of these verifiers; fewer than asked for where fewer are free.
 * `opening` is a secret of the caller's: with it only they can close the doors.
 */
export async function openPoolLogins(
  admin: Pool,
  wish: {
    readonly role: string;
    readonly opening: string;
    readonly verifiers: readonly string[];
    readonly watched: boolean;
  },
): Promise<readonly string[]> {
  const { rows } = await admin.query<{ names: string[] }>(
    'select querychange.open_pool_logins($1, $2, $3::text[], $4) as names',
    [wish.role, wish.opening, wish.verifiers, wish.watched],
  );
  return rows[0]?.names ?? [];
}

/** Closes the doors behind sessions that came in. Fails when somebody else has opened one meanwhile. */
export async function sealPoolLogins(admin: Pool, opening: string, names: readonly string[]): Promise<void> {
  await admin.query('select querychange.seal_pool_logins($1, $2::text[])', [opening, names]);
}

/** Logins whose sessions are, or last were, this attempt's or an earlier one's of the same order. */
export async function poolLoginsOf(admin: Pool, jti: string, attempt: number): Promise<readonly string[]> {
  const { rows } = await admin.query<{ names: string[] }>(
    'select querychange.pool_logins_of($1, $2) as names',
    [jti, attempt],
  );
  return rows[0]?.names ?? [];
}
