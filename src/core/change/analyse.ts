import { atLeast, type LockMode } from '../sql/locks/modes';
import type { FullReview } from '../sql/review/full-review';
import type { Finding, Review } from '../sql/review/review';
import { type Analysis, maxTouchedTables, type TouchedTable } from './analysis';

/** Longest name that PostgreSQL keeps, bytes; the rest of a longer one is cut off there too. */
const maxNameBytes = 63;

/** The findings of the SQL and of the rollback: both run with the same rights. */
export interface ReviewedTexts {
  readonly sql: FullReview;
  /** Null when the change has no rollback of its own. */
  readonly rollback: Review | null;
}

/** What is kept of a review: numbers over both texts, tables and layout of the SQL. */
export function analysisOf({ sql, rollback }: ReviewedTexts, analyser: string): Analysis {
  const findings = [...sql.review.findings, ...(rollback?.findings ?? [])];
  const counting = (level: Finding['level']): number =>
    findings.filter((finding) => finding.level === level && finding.waived === null).length;
  const tables = touchedTables(sql.review);
  return {
    analyser,
    risk: sql.risk.level,
    errors: counting('error'),
    warnings: counting('warning'),
    waived: findings.filter(({ waived }) => waived !== null).length,
    layout: sql.fingerprint?.layout ?? null,
    tables: tables.slice(0, maxTouchedTables),
    moreTables: tables.length > maxTouchedTables,
  };
}

/** The relations that the statements lock, each once with its strongest mode; strongest first, then by name. */
export function touchedTables({ script }: Review): TouchedTable[] {
  const tables = new Map<string, { schema: string | null; name: string; mode: LockMode }>();
  for (const { object, schema, name, mode } of script.statements.flatMap(({ locks }) => locks)) {
    if (object !== 'relation') continue;
    const table = { schema: schema === null ? null : kept(schema), name: kept(name), mode };
    const key = JSON.stringify([table.schema, table.name]);
    const before = tables.get(key);
    if (!before || !atLeast(before.mode, mode)) tables.set(key, table);
  }
  return [...tables.values()].toSorted(byMode);
}

function byMode(one: TouchedTable, other: TouchedTable): number {
  if (one.mode !== other.mode) return atLeast(one.mode, other.mode) ? -1 : 1;
  return order(one.schema ?? '', other.schema ?? '') || order(one.name, other.name);
}

/** By code units, so that every machine sorts alike. */
function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** A name as the server keeps it. */
function kept(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= maxNameBytes) return name;
  return new TextDecoder().decode(bytes.subarray(0, maxNameBytes)).replace(/\ufffd$/, '');
}
