import conditions from './conditions.json' with { type: 'json' };

const names: Readonly<Record<string, string>> = conditions;

/**
 * The condition name of a SQLSTATE (PostgreSQL 18, appendix A; generated from its errcodes.txt), `unknown` when it is
 * not listed.
 */
export function conditionName(sqlstate: string): string {
  return names[sqlstate] ?? 'unknown';
}
