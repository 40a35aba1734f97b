export const riskLevels = ['low', 'medium', 'high', 'critical'] as const;
export type RiskLevel = (typeof riskLevels)[number];

/** Why a change is as risky as it is: one sentence, with the level that it alone would give. */
export interface RiskReason {
  /** Stable name for machines: `rewrite`, `rows`, `freeze` … */
  readonly code: string;
  readonly level: RiskLevel;
  readonly text: string;
  /** Statement that it is about; null: the whole change. */
  readonly statement: number | null;
}

/** The higher of two levels. */
export function higher(one: RiskLevel, other: RiskLevel): RiskLevel {
  return riskLevels.indexOf(one) >= riskLevels.indexOf(other) ? one : other;
}

/** One step lower; low stays low. */
export function lowered(level: RiskLevel): RiskLevel {
  return riskLevels[Math.max(0, riskLevels.indexOf(level) - 1)] ?? 'low';
}

/** Level of a number of rows that change: up to a thousand, a hundred thousand, ten million, more. */
export function rowsLevel(rows: number): RiskLevel {
  if (rows <= 1_000) return 'low';
  if (rows <= 100_000) return 'medium';
  return rows <= 10_000_000 ? 'high' : 'critical';
}

/** Level of writing a table of so many rows anew while nobody can use it. */
export function rewriteLevel(rows: number): RiskLevel {
  if (rows <= 10_000) return 'low';
  if (rows <= 100_000) return 'medium';
  return rows <= 1_000_000 ? 'high' : 'critical';
}

/** Level of reading a table of so many rows while nobody can write to it: about a tenth of the work of writing it. */
export function scanLevel(rows: number): RiskLevel {
  return rewriteLevel(rows / 10);
}
