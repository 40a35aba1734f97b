import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Pool } from 'pg';
import { ReceiptClaims } from '#core/protocol/receipt';
import * as v from 'valibot';
import { findExecution } from '../state/inbox';
import { sha256Hex } from '../sha256';

/** Which execution made a file, and where it lies. */
interface ExportPlace {
  readonly installation: string;
  readonly jti: string;
  readonly path: string;
}

/** A file that can be fetched. */
export interface StoredExport extends ExportPlace {
  readonly format: string;
  readonly bytes: number;
  readonly issueKey: string;
}

/** Notes a file; one that an earlier attempt of the same execution left is forgotten with it. */
export async function storeExport(
  pool: Pool,
  { installation, jti, path }: ExportPlace,
  claim: NonNullable<ReceiptClaims['export']>,
): Promise<void> {
  const { rows } = await pool.query<{ path: string }>(
    'select path from executor.exports where installation = $1 and jti = $2',
    [installation, jti],
  );
  await pool.query(
    `insert into executor.exports (installation, jti, path, format, bytes, sha256, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (installation, jti) do update set path = excluded.path, format = excluded.format,
       bytes = excluded.bytes, sha256 = excluded.sha256, expires_at = excluded.expires_at`,
    [installation, jti, path, claim.format, claim.bytes, claim.sha256, claim.expiresAt],
  );
  for (const { path: earlier } of rows) await rm(earlier, { force: true });
}

/** How long a link works, seconds. */
const linkSeconds = 300;

/** The file that a stored receipt vouches for. */
function vouchedFor(receipt: string | null): string | null {
  const payload = receipt?.split('.')[1];
  if (payload === undefined) return null;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  const parsed = v.safeParse(ReceiptClaims, claims);
  return parsed.success && parsed.output.status === 'succeeded'
    ? (parsed.output.export?.sha256 ?? null)
    : null;
}

/**
 * Makes a link to the file that the receipt of an execution vouches for, and notes for whom. Null: there is no such file,
 * or not any more.
 */
export async function createLink(
  pool: Pool,
  installation: string,
  jti: string,
  accountId: string,
): Promise<{ token: string; expiresAt: string } | null> {
  const fileSha256 = vouchedFor((await findExecution(pool, installation, jti))?.receipt ?? null);
  if (fileSha256 === null) return null;
  const token = randomBytes(32).toString('base64url');
  const { rows } = await pool.query<{ expires_at: Date }>(
    `with file as (
       select e.installation, e.jti, least(e.expires_at, now() + make_interval(secs => $4)) as expires_at
       from executor.exports e
       where e.installation = $1 and e.jti = $2 and e.sha256 = $6 and e.expires_at > now()
     ), link as (
       insert into executor.export_links (token_sha256, installation, jti, expires_at)
       select $3, installation, jti, expires_at from file returning expires_at
     ), noted as (
       insert into executor.audit (event, installation, jti, detail)
       select 'export-link', $1, $2, jsonb_build_object('for', $5::text) from link
     )
     select expires_at from link`,
    [installation, jti, sha256Hex(token), linkSeconds, accountId, fileSha256],
  );
  const [link] = rows;
  return link === undefined ? null : { token, expiresAt: link.expires_at.toISOString() };
}

/** Uses a link up. Null: it never was, was used, or is past its time; the same to whoever asks. */
export async function useLink(pool: Pool, token: string): Promise<StoredExport | null> {
  const { rows } = await pool.query<{
    installation: string;
    jti: string;
    path: string;
    format: string;
    bytes: string;
    issue_key: string | null;
  }>(
    `with used as (
       delete from executor.export_links where token_sha256 = $1 returning installation, jti, expires_at
     ), noted as (
       insert into executor.audit (event, installation, jti) select 'export-fetched', installation, jti from used
       where expires_at > now()
     )
     select e.installation, e.jti, e.path, e.format, e.bytes, x.issue_key
     from used join executor.exports e using (installation, jti) join executor.executions x using (installation, jti)
     where used.expires_at > now() and e.expires_at > now()`,
    [sha256Hex(token)],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, bytes: Number(row.bytes), issueKey: row.issue_key ?? 'export' };
}

/** Removes files whose time is over, and links nobody used. */
export async function sweepExports(pool: Pool): Promise<number> {
  await pool.query('delete from executor.export_links where expires_at < now()');
  const { rows } = await pool.query<{ installation: string; jti: string; path: string }>(
    'select installation, jti, path from executor.exports where expires_at < now() order by expires_at limit 100',
  );
  for (const { installation, jti, path } of rows) {
    await rm(path, { force: true });
    await pool.query('delete from executor.exports where installation = $1 and jti = $2 and path = $3', [
      installation,
      jti,
      path,
    ]);
  }
  return rows.length;
}

/** Paths of the files that count. */
export async function keptPaths(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ path: string }>('select path from executor.exports');
  return new Set(rows.map(({ path }) => path));
}
