import { escapeLiteral } from 'pg';
import type { OrderClaims } from '#core/protocol/order';

/** What is kept of one change, as the database has it. */
export interface KeptSize {
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

const of = ({ iss, issue, content }: OrderClaims): string =>
  `${escapeLiteral(iss)}, ${escapeLiteral(issue.id)}, ${content.revision}`;

/** `select querychange.keep_rows(…)`; the functions stand in postgres/sql/006-before-images.sql. */
export function keepRowsSql(claims: OrderClaims, part: number, keepHours: number, content: Buffer): string {
  return `select querychange.keep_rows(${of(claims)}, ${part}, ${keepHours}, '\\x${content.toString('hex')}'::pg_catalog.bytea)`;
}

/** `select querychange.seal_kept_rows(…)`. */
export function sealKeptRowsSql(claims: OrderClaims, { parts, rows, bytes, sha256 }: KeptSize): string {
  return `select querychange.seal_kept_rows(${of(claims)}, ${parts}, ${rows}, ${bytes}, '${sha256}') as reply`;
}

/** `select querychange.kept_rows(…)`: {@link KeptSize}, or null when nothing is kept, or no longer. */
export function keptRowsSql(claims: OrderClaims): string {
  return `select querychange.kept_rows(${of(claims)}) as reply`;
}

/** `select querychange.kept_rows_part(…)`. */
export function keptRowsPartSql(claims: OrderClaims, part: number): string {
  return `select querychange.kept_rows_part(${of(claims)}, ${part}) as reply`;
}

/** `select querychange.forget_kept_rows(…)`. */
export function forgetKeptRowsSql(claims: OrderClaims): string {
  return `select querychange.forget_kept_rows(${of(claims)})`;
}

/** `select querychange.sweep_kept_rows(…)`: how many changes it forgot. */
export function sweepKeptRowsSql(limit: number): string {
  return `select querychange.sweep_kept_rows(${limit}) as swept`;
}
