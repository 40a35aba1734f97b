import type { PoolClient } from 'pg';
import type { ExportFormat } from '#core/protocol/export';
import type { ConnectionConfig } from '../config';
import type { Statement } from '../sql/cut';
import { formatNames } from '#core/results/format-names';
import { unwrap } from '#core/sql/tree/node';
import { onlyReads } from '../sql/rules';
import { serverError } from '../postgres/errors';
import { describeQuery } from './describe';

/** Why the result of a text cannot be written to a file, in words; null when its text says nothing against it. */
export function exportRefusal(
  connection: Pick<ConnectionConfig, 'key' | 'exports'>,
  statements: readonly Statement[],
): string | null {
  if (connection.exports === undefined) return `${connection.key} writes no results to files.`;
  const [statement, ...others] = statements;
  if (statement === undefined || others.length > 0) return 'Only the result of one SELECT goes to a file.';
  const [type] = unwrap(statement.node);
  if (type !== 'SelectStmt' || !onlyReads(statement.node)) {
    return 'Only the result of a SELECT that reads goes to a file.';
  }
  return null;
}

/** Why columns of these names cannot be written, in words; null when they can. */
export function columnsRefusal(names: readonly string[], format: ExportFormat): string | null {
  if (names.length === 0) return 'The SELECT returns no columns.';
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (format === 'csv' || twice === undefined) return null;
  return `Two columns are named ${twice}: in ${formatNames[format]} one would hide the other. Give one another name.`;
}

/** As {@link exportRefusal}, and asks the server for the columns; nothing is run. A text that fails to be analysed may be right later. */
export async function lookAtExport(
  client: PoolClient,
  connection: Pick<ConnectionConfig, 'key' | 'exports'>,
  statements: readonly Statement[],
  format: ExportFormat,
): Promise<string | null> {
  const refused = exportRefusal(connection, statements);
  if (refused !== null) return refused;
  try {
    const columns = await describeQuery(client, statements[0]?.text ?? '');
    return columnsRefusal(
      columns.map(({ name }) => name),
      format,
    );
  } catch (error) {
    if (!serverError(error)) throw error;
    return null;
  }
}
