import type { PanelPayload } from '#core/panel/contract';
import type { ReviewView } from '#core/panel/review';
import { findConnection } from '#core/settings/settings';
import type { SqlParser } from '#core/sql/parser';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { reviewText } from '#core/sql/review/review-text';
import { assessRisk } from '#core/sql/risk/assess';
import { effectSentences } from '#core/sql/summary/effects';
import { summarise } from '#core/sql/summary/summarise';
import { type CountPorts, readCounts } from './dry-run/read-dry-run';
import type { Ports } from './ports';

/**
 * Reviews a text as it would run on a connection. Of a draft it reads the settings and nothing else: it is asked while
 * people type. Of a revision it also takes the rows that its dry run counted.
 */
export async function reviewSql(
  ports: CountPorts & { readonly settings: Pick<Ports['settings'], 'read'> },
  parser: SqlParser,
  issueId: string,
  { sql, connection, rowBudget, digest }: PanelPayload<'review'>,
): Promise<ReviewView> {
  const found = connection === null ? undefined : findConnection(await ports.settings.read(), connection);
  const environment = found?.info.environment ?? null;
  const config = effectiveConfig(defaultConfig, { environment, connection });
  const schema = null;
  const rows = digest === null ? [] : await readCounts(ports, issueId, digest);
  const review = await reviewText(parser, sql, config, { schema, environment, rowBudget });
  const { level, reasons } = assessRisk(review, { schema, environment, rows, time: null });
  return {
    statements: review.script.statements.map((statement) => ({
      start: statement.start,
      end: statement.end,
      kind: statement.kind,
      summary: summarise(statement, { schema, rows: rows[statement.index] ?? null }),
      effects: [...effectSentences(statement)],
    })),
    findings: [...review.findings],
    risk: { level, reasons: [...reasons] },
  };
}
