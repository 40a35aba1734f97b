import { type Fingerprint, fingerprint } from '../fingerprint/fingerprint';
import type { SqlParser } from '../parser';
import { assessRisk, type Risk, type RiskContext } from '../risk/assess';
import { summarise } from '../summary/summarise';
import type { EffectiveConfig } from './config';
import type { Review } from './review';
import { reviewText } from './review-text';
import type { ReviewContext } from './rule';

/** What a review and its risk may know beside the text. */
export type FullContext = ReviewContext & Pick<RiskContext, 'rows' | 'time'>;

/** A review with everything that is told of a text beside its findings. */
export interface FullReview {
  readonly review: Review;
  /** One sentence for each statement, in order. */
  readonly summaries: readonly string[];
  readonly risk: Risk;
  /** Null for a text that cannot be read: it has no tokens. */
  readonly fingerprint: Fingerprint | null;
}

/** Reviews a text and tells everything of it: what the panel shows, the gate weighs and `npm run review` prints. */
export async function fullReview(
  parser: SqlParser,
  text: string,
  config: EffectiveConfig,
  context: FullContext,
): Promise<FullReview> {
  const review = await reviewText(parser, text, config, context);
  const { schema, rows } = context;
  const readable = !review.findings.some(({ rule }) => rule === 'syntax-error');
  return {
    review,
    summaries: review.script.statements.map((statement) =>
      summarise(statement, { schema, rows: rows[statement.index] ?? null }),
    ),
    risk: assessRisk(review, context),
    fingerprint: readable ? await fingerprint(text) : null,
  };
}
