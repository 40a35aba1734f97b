import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const names = v.parse(
  v.record(v.string(), v.string()),
  JSON.parse(readFileSync(new URL('./conditions.json', import.meta.url), 'utf8')),
);

/**
 * The condition name of a SQLSTATE (PostgreSQL 18, appendix A; generated from its errcodes.txt), `unknown` when it is
 * not listed.
 */
export function conditionName(sqlstate: string): string {
  return names[sqlstate] ?? 'unknown';
}
