import type { PanelPayload } from '#core/panel/contract';
import type { ReviewView } from '#core/panel/review';
import { findConnection } from '#core/settings/settings';
import type { SqlParser } from '#core/sql/parser';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { reviewText } from '#core/sql/review/review-text';
import type { Ports } from './ports';

/** Reviews a text as it would run on a connection. Reads the settings and nothing else: it is asked while people type. */
export async function reviewDraft(
  ports: { readonly settings: Pick<Ports['settings'], 'read'> },
  parser: SqlParser,
  { sql, connection, rowBudget }: PanelPayload<'review'>,
): Promise<ReviewView> {
  const found = connection === null ? undefined : findConnection(await ports.settings.read(), connection);
  const environment = found?.info.environment ?? null;
  const config = effectiveConfig(defaultConfig, { environment, connection });
  const { script, findings } = await reviewText(parser, sql, config, {
    schema: null,
    environment,
    rowBudget,
  });
  return {
    statements: script.statements.map(({ start, end, kind }) => ({ start, end, kind })),
    findings: [...findings],
  };
}
