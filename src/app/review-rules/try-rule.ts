import type { AdminPayload, AdminValue } from '#core/panel/admin-contract';
import { ok } from '#core/result';
import type { SqlParser } from '#core/sql/parser';
import { reviewText } from '#core/sql/review/review-text';
import { type Outcome } from '../refusal';

/** Tries a rule of the site's own on a text, alone, in the first environment that it speaks of. Keeps nothing. */
export async function tryRule(
  parser: SqlParser,
  { rule, sql }: AdminPayload<'try-rule'>,
): Promise<Outcome<AdminValue<'try-rule'>>> {
  const alone = { level: () => 'off' as const, options: () => ({}), custom: [rule] };
  const environment = rule.when.environments?.[0] ?? null;
  const review = await reviewText(parser, sql, alone, { schema: null, environment, rowBudget: null });
  const unreadable = review.findings.find(({ rule: name }) => name === 'syntax-error');
  const matches = review.findings.flatMap(({ rule: name, statement }) =>
    name === rule.id && statement !== null ? [statement] : [],
  );
  return ok({
    statements: review.script.statements.length,
    matches: [...new Set(matches)],
    problem: unreadable?.message ?? null,
  });
}
