import { analysisOf } from '#core/change/analyse';
import { parseRowBudget, type DraftContent } from '#core/change/content';
import { refusalOf } from '#core/change/refuse-findings';
import type { DraftVerdict } from '#core/change/verdict';
import type { Settings } from '#core/settings/settings';
import type { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import type { SqlParser } from '#core/sql/parser';
import { analyserName } from '#core/sql/review/analyser';
import { effectiveConfig } from '#core/sql/review/config';
import { fullReview } from '#core/sql/review/full-review';
import { reviewText } from '#core/sql/review/review-text';
import type { Ports } from './ports';
import { reviewConfig } from './review-config';

/** Reviews a draft as it is. Null: it names no connection that the executor knows, so there is nothing to judge it by. */
export type JudgeDraft = (content: DraftContent, settings: Settings) => Promise<DraftVerdict | null>;

/**
 * A judge with PostgreSQL's grammar, which only the panel's function carries. `schemaOf` tells the structure behind a
 * connection as the panel's review knows it, so that both find the same; null when none is known.
 */
export function judgeWith(
  parser: SqlParser,
  configs: Ports['reviewConfigs'],
  schemaOf: (connection: string) => Promise<SchemaSnapshot | null>,
): JudgeDraft {
  return async (content, settings) => {
    const info = settings.executor?.connections.find(({ key }) => key === content.connection);
    if (!info) return null;
    const { key: connection, environment } = info;
    const config = effectiveConfig(await reviewConfig(configs, settings), { environment, connection });
    const rowBudget = parseRowBudget(content.rowBudget) ?? null;
    const schema = await schemaOf(connection);
    const context = { schema, environment, rowBudget, rows: [], time: null };
    const rollback = content.automaticRollback ? '' : (content.rollback ?? '');
    const texts = {
      sql: await fullReview(parser, content.sql, config, context),
      rollback:
        rollback.trim() === ''
          ? null
          : await reviewText(parser, rollback, config, { ...context, rowBudget: null }),
    };
    return {
      connection,
      environment,
      analysis: analysisOf(texts, analyserName(settings.review)),
      refusal: refusalOf(texts, { sql: content.sql, rollback }),
    };
  };
}
