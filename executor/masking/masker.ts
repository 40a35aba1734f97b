import type { PoolClient } from 'pg';
import type { ServerColumn } from '../postgres/capture-query';
import { conditionName } from '../postgres/conditions';
import type { Target } from '../postgres/target';
import type { Statement } from '../sql/cut';
import { type Asked, type Catalog, readCatalog } from './catalog';
import { classify, originUnknown } from './classify';
import { harmlessColumns } from './harmless';
import { type Labels, labelsOf } from './labels';

/** What stands in place of every masked value, NULL too. It is the same for all: it can be neither guessed nor compared. */
export const maskedValue = '•••';

/** A column on its way out. */
interface MaskedColumn {
  /** The column's name; a neutral one where the name itself may be data. */
  readonly name: string;
  /** Why its values are masked: a class, or words. Null: they are not. */
  readonly masked: string | null;
}

/** Decides what of a result leaves the executor of a connection with labels. */
export interface Masker {
  /** Asks the catalogues in the session of the change, after the statement. Server and connection errors are thrown. */
  columns(
    client: PoolClient,
    statement: Pick<Statement, 'text' | 'node'>,
    columns: readonly ServerColumn[],
  ): Promise<readonly MaskedColumn[]>;
  /** What is said in place of the server's words, which may quote values. */
  message(sqlstate: string): string;
}

const int8Oid = 20;

/** The masker of a connection; null when nothing is masked there. */
export function maskerOf(target: Pick<Target, 'config' | 'control'>): Masker | null {
  const labels = labelsOf(target.config);
  if (labels === null) return null;
  return {
    async columns(client, statement, columns) {
      const here = await catalogs(client, target, columns, labels);
      const harmless = harmlessColumns(statement.node);
      const known = harmless?.length === columns.length ? harmless : [];
      return columns.map((column, at) => {
        const { name, tableOid: table, columnNumber } = column;
        const kind = table === 0 ? known[at] : null;
        if (kind === 'constant' || (kind === 'count' && isBuiltInCount(column, here)))
          return { name, masked: null };
        const place = { table, column: columnNumber };
        const found = here.map((catalog) => (table === 0 ? originUnknown : classify(place, catalog, labels)));
        const masked = found.find((reason) => reason !== null) ?? null;
        return { name: nameOf(column, at, statement, here), masked };
      });
    },
    message: (sqlstate) =>
      `${sqlstate} ${conditionName(sqlstate)}. The server's own words stay at the executor: on a connection with labels they may quote masked values.`,
  };
}

/**
 * A change may rename, move or redefine what it reads, so a column of a connection that writes must be harmless twice:
 * as this transaction sees it, and as everybody else still does.
 */
async function catalogs(
  client: PoolClient,
  target: Pick<Target, 'config' | 'control'>,
  columns: readonly ServerColumn[],
  labels: Labels,
): Promise<readonly Catalog[]> {
  const tables = [...new Set(columns.map(({ tableOid }) => tableOid))];
  const sessions: Asked[] = target.config.writable ? [client, target.control] : [client];
  return Promise.all(sessions.map((session) => readCatalog(session, tables, labels)));
}

/** Without `pg_catalog` in the path its functions come first, so that nobody's own `count` is meant. */
function isBuiltInCount(column: ServerColumn, here: readonly Catalog[]): boolean {
  return column.typeOid === int8Oid && here.every(({ searchPath }) => !searchPath.includes('pg_catalog'));
}

/** A name that neither the approved text nor the schema as everybody sees it contains may have been made from data. */
function nameOf(
  column: ServerColumn,
  at: number,
  statement: Pick<Statement, 'text' | 'node'>,
  here: readonly Catalog[],
): string {
  const { name, tableOid, columnNumber } = column;
  const written = statement.text.toLowerCase().includes(name.toLowerCase());
  const stored = here.every(
    ({ relations }) => relations.get(tableOid)?.columns.get(columnNumber)?.name === name,
  );
  return written || stored || name === '?column?' ? name : `column ${at + 1}`;
}
