import { escapeLiteral } from 'pg';
import type { SchemaSnapshot, SnapshotTable } from '#core/sql/facts/schema-snapshot';
import type { ConnectionConfig } from '../config';
import { labelOf, labelsOf } from '../masking/labels';
import { snapshotSql } from './snapshot-sql';

/** Something that takes texts; results of several statements come as a list. */
interface Session {
  query(text: string): Promise<unknown>;
}

type ColumnRow = Omit<SnapshotTable['columns'][number], 'label'>;

/** What the query answers; the labels and the search path are put in here. */
interface SnapshotRow {
  readonly server: number;
  readonly tables: readonly (Omit<SnapshotTable, 'columns'> & { readonly columns: ColumnRow[] })[] | null;
  readonly functions: SchemaSnapshot['functions'] | null;
  readonly domains: SchemaSnapshot['domains'] | null;
  readonly truncated: boolean;
}

/**
 * Reads the structure of a database for reviews: one read-only transaction of its own, at most 10 s, at most 2,000
 * tables (the largest ones) with 200 columns each. Reads catalogues only, never rows; the server's and connection errors
 * are thrown.
 */
export async function readSnapshot(
  session: Session,
  connection: Pick<ConnectionConfig, 'searchPath' | 'labels'>,
): Promise<SchemaSnapshot> {
  const texts = [
    'begin read only',
    `set local statement_timeout = '10s'`,
    `select pg_catalog.set_config('search_path', ${escapeLiteral(connection.searchPath)}, true)`,
    'select pg_catalog.to_json(pg_catalog.current_schemas(false)) as path',
    'set local search_path = pg_catalog',
    snapshotSql,
  ];
  try {
    const results = (await session.query(texts.join(';\n'))) as readonly { rows: unknown[] }[];
    const path = (results[3]?.rows[0] as { path: string[] } | undefined)?.path;
    const row = (results[5]?.rows[0] as { snapshot: SnapshotRow } | undefined)?.snapshot;
    if (!path || !row) throw new Error('the catalogues gave no answer');
    const labels = labelsOf({ labels: connection.labels, mask: undefined });
    const tables = (row.tables ?? []).map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        label: labels && labelOf(labels, `${table.schema}.${table.name}`, column.name),
      })),
    }));
    const { server, functions, domains, truncated } = row;
    return {
      v: 1,
      serverMajor: server,
      searchPath: path,
      tables,
      functions: functions ?? [],
      domains: domains ?? [],
      truncated,
    };
  } finally {
    await session.query('rollback');
  }
}
