import type { Analysis } from '#core/change/analysis';
import { analysisOf } from '#core/change/analyse';
import type { DigestInput } from '#core/change/digest';
import type { Environment } from '#core/protocol/claims';
import { analyserName } from '#core/sql/review/analyser';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { fullReview } from '#core/sql/review/full-review';
import { reviewText } from '#core/sql/review/review-text';
import { sqlParser } from '../../../executor/sql/parser';

/** What the review says of a submission, by the rules at their own levels: the app would have kept the same. */
export async function analysisOfInput(
  { sql, rollback, connection, rowBudget }: DigestInput,
  environment: Environment,
): Promise<Analysis> {
  const config = effectiveConfig(defaultConfig, { environment, connection });
  const context = { schema: null, environment, rowBudget, rows: [], time: null };
  const texts = {
    sql: await fullReview(sqlParser, sql, config, context),
    rollback:
      rollback === null
        ? null
        : await reviewText(sqlParser, rollback, config, { ...context, rowBudget: null }),
  };
  return analysisOf(texts, analyserName(null));
}
