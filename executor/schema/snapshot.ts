import { escapeIdentifier, escapeLiteral } from 'pg';
import type { SchemaSnapshot, SnapshotTable } from '#core/sql/facts/schema-snapshot';
import { shrinkSnapshot } from '#core/sql/facts/shrink-snapshot';
import { maxSnapshotBytes } from '#core/protocol/snapshot';
import type { ConnectionConfig } from '../config';
import { labelOf, type Labels, labelsOf } from '../masking/labels';
import { snapshotSql } from './snapshot-sql';

/** Something that takes texts; results of several statements come as a list. */
interface Session {
  query(text: string): Promise<unknown>;
}

type ColumnRow = Omit<SnapshotTable['columns'][number], 'label'>;
type TableRow = Omit<SnapshotTable, 'columns'> & { readonly columns: ColumnRow[] };

/** What the query answers; the labels and the search path are put in here. */
interface SnapshotRow {
  readonly server: number;
  readonly tables: readonly TableRow[] | null;
  readonly functions: SchemaSnapshot['functions'] | null;
  readonly domains: SchemaSnapshot['domains'] | null;
  readonly truncated: boolean;
}

/** Somebody waits for it, and it must not be in anybody's way. */
export const snapshotMs = 5_000;
const lockMs = 1_000;

/** Our own SQL only. The role is the change's: what it may not name is not told. */
const openingSql = ({ role }: Pick<ConnectionConfig, 'role'>): readonly string[] => [
  'begin isolation level repeatable read read only',
  'set local standard_conforming_strings = on',
  `set local client_encoding = 'UTF8'`,
  `set local application_name = 'query-change-snapshot'`,
  `set local statement_timeout = ${snapshotMs}`,
  `set local lock_timeout = ${lockMs}`,
  `set local idle_in_transaction_session_timeout = ${2 * snapshotMs}`,
  `set local role ${escapeIdentifier(role)}`,
];

/** So many digits of an estimate: the rest is noise, and would make every snapshot another one. */
function rounded(estimate: number, digits: number): number {
  return Number(estimate.toPrecision(digits));
}

function withLabels(table: TableRow, labels: Labels | null): SnapshotTable {
  const { schema, name, rows, bytes, columns } = table;
  return {
    ...table,
    rows: rows === null ? null : rounded(rows, 3),
    bytes: rounded(bytes, 2),
    columns: columns.map((column) => ({
      ...column,
      label: labels && labelOf(labels, `${schema}.${name}`, column.name),
    })),
  };
}

/**
 * Reads the structure of a database for reviews: one read-only transaction of its own under the role of its changes, at
 * most 5 s, at most 2,000 tables with 200 columns each and 1 MB of JSON. Reads catalogues only, never rows; the server's
 * and connection errors are thrown.
 */
export async function readSnapshot(
  session: Session,
  connection: Pick<ConnectionConfig, 'searchPath' | 'role' | 'labels'>,
): Promise<SchemaSnapshot> {
  const path = `current_setting('qc_snapshot.path')`;
  const texts = [
    ...openingSql(connection),
    `select pg_catalog.set_config('search_path', ${escapeLiteral(connection.searchPath)}, true)`,
    // The path as the role sees it, for the last statement: it runs under another one.
    `select pg_catalog.set_config('qc_snapshot.path', pg_catalog.current_schemas(false)::pg_catalog.text, true)`,
    'set local search_path = pg_catalog',
    `select to_json(${path}::name[]) as path`,
    snapshotSql(path),
  ];
  try {
    const results = (await session.query(texts.join(';\n'))) as readonly { rows: unknown[] }[];
    const searchPath = (results.at(-2)?.rows[0] as { path: string[] } | undefined)?.path;
    const row = (results.at(-1)?.rows[0] as { snapshot: SnapshotRow } | undefined)?.snapshot;
    if (!searchPath || !row) throw new Error('the catalogues gave no answer');
    // A label says what a column holds, also where it is not masked.
    const labels = labelsOf({ labels: connection.labels, mask: undefined });
    const whole: SchemaSnapshot = {
      v: 1,
      serverMajor: row.server,
      searchPath,
      tables: (row.tables ?? []).map((table) => withLabels(table, labels)),
      functions: row.functions ?? [],
      domains: row.domains ?? [],
      truncated: row.truncated,
    };
    return shrinkSnapshot(whole, maxSnapshotBytes);
  } finally {
    await session.query('rollback');
  }
}
