import { fingerprint, type Fingerprint } from '#core/sql/fingerprint/fingerprint';
import type { EffectiveConfig } from '#core/sql/review/config';
import type { Review } from '#core/sql/review/review';
import { reviewText } from '#core/sql/review/review-text';
import type { ReviewContext, RuleDocs } from '#core/sql/review/rule';
import { assessRisk, type Risk } from '#core/sql/risk/assess';
import { summarise } from '#core/sql/summary/summarise';
import { sqlParser } from '../../executor/sql/parser';
import { docsById } from './rule-docs';

/** A review with everything that is told of a text beside its findings. */
export interface FullReview {
  readonly file: string;
  readonly review: Review;
  /** One sentence for each statement, in order. */
  readonly summaries: readonly string[];
  readonly risk: Risk;
  /** Null for a text that cannot be read: it has no tokens. */
  readonly fingerprint: Fingerprint | null;
  /** Why and what to do, by rule. */
  readonly docs: ReadonlyMap<string, RuleDocs>;
}

export async function fullReview(
  file: string,
  text: string,
  config: EffectiveConfig,
  context: ReviewContext,
): Promise<FullReview> {
  const { schema, environment } = context;
  const review = await reviewText(sqlParser, text, config, context);
  const readable = !review.findings.some(({ rule }) => rule === 'syntax-error');
  return {
    file,
    review,
    summaries: review.script.statements.map((one) => summarise(one, { schema, rows: null })),
    risk: assessRisk(review, { schema, environment, rows: [], time: null }),
    fingerprint: readable ? await fingerprint(text) : null,
    docs: await docsById(review.findings.map(({ rule }) => rule)),
  };
}
