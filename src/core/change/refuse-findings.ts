import { lineOfByte } from '../results/statement-text';
import type { Finding } from '../sql/review/review';
import type { ReviewedTexts } from './analyse';

/** Longest message of a rule that is repeated in a refusal, characters. */
const maxMessage = 400;

/** Errors that nobody has set aside, in the order of the text: each of them keeps a change from review. */
export function countingErrors(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ level, waived }) => level === 'error' && waived === null);
}

/**
 * Why texts with these findings may not go to review, in words that name the first rule; null when they may. An error
 * counts until its author mends the text or sets the rule aside with a reason.
 */
export function refusalOf(
  { sql, rollback }: ReviewedTexts,
  texts: { readonly sql: string; readonly rollback: string },
): string | null {
  const inSql = countingErrors(sql.review.findings);
  const inRollback = countingErrors(rollback?.findings ?? []);
  const first = inSql[0] ?? inRollback[0];
  if (!first) return null;
  const place = inSql[0]
    ? `line ${lineOfByte(texts.sql, first.start)} of the SQL`
    : `line ${lineOfByte(texts.rollback, first.start)} of the rollback`;
  const all = inSql.length + inRollback.length;
  const found = all === 1 ? 'an error' : `${all} errors, the first`;
  return `The review found ${found} in ${place}, ${first.rule}: ${cut(first.message)} ${wayOut(first)}`;
}

function wayOut({ rule, statement }: Finding): string {
  if (statement === null) return 'Mend the text.';
  return `Mend it, or set the rule aside for a reason: -- qc-waive ${rule}: the reason`;
}

function cut(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage - 1)}…` : message;
}
