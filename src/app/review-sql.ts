import { touchedTables } from '#core/change/analyse';
import type { PanelPayload } from '#core/panel/contract';
import type { ReviewView } from '#core/panel/review';
import { findConnection } from '#core/settings/settings';
import type { SqlParser } from '#core/sql/parser';
import { effectiveConfig } from '#core/sql/review/config';
import { fullReview } from '#core/sql/review/full-review';
import { effectSentences } from '#core/sql/summary/effects';
import { type ConflictPorts, findConflicts } from './find-conflicts';
import { type CountPorts, readCounts } from './dry-run/read-dry-run';
import { reviewConfig, type ReviewConfigPorts } from './review-config';
import type { ReviewGrounds } from './review-grounds';

const none = { changes: [], more: false };

/**
 * Reviews a text as it would run on a connection by the site's rules, with the structure of its database when it may use
 * that. It is asked while people type, so it asks nobody but the app's storage. Of a revision it also takes the rows that
 * its dry run counted.
 */
export async function reviewSql(
  ports: CountPorts & ReviewConfigPorts & ConflictPorts,
  parser: SqlParser,
  issueId: string,
  { sql, connection, rowBudget, digest }: PanelPayload<'review'>,
  { known, mayMeet }: ReviewGrounds,
): Promise<ReviewView> {
  const settings = await ports.settings.read();
  const found = connection === null ? undefined : findConnection(settings, connection);
  const environment = found?.info.environment ?? null;
  const config = effectiveConfig(await reviewConfig(ports.reviewConfigs, settings), {
    environment,
    connection,
  });
  const rows = digest === null ? [] : await readCounts(ports, issueId, digest);
  const context = { schema: known?.snapshot ?? null, environment, rowBudget, rows, time: null };
  const { review, summaries, risk } = await fullReview(parser, sql, config, context);
  const here = { issueId, connection: connection ?? '', schema: context.schema };
  const others =
    connection !== null && mayMeet ? await findConflicts(ports, settings, here, touchedTables(review)) : none;
  return {
    statements: review.script.statements.map((statement) => ({
      start: statement.start,
      end: statement.end,
      kind: statement.kind,
      summary: summaries[statement.index] ?? '',
      effects: [...effectSentences(statement)],
    })),
    findings: [...review.findings],
    risk: { level: risk.level, reasons: [...risk.reasons] },
    others: { changes: others.changes.map((one) => ({ ...one, words: [...one.words] })), more: others.more },
    structure: known && { digest: known.digest, takenAt: known.takenAt },
  };
}
