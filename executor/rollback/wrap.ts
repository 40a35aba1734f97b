import { escapeIdentifier } from 'pg';
import type { Statement } from '../sql/cut';
import { isNode } from '#core/sql/tree/node';
import { type Node, parseSql } from '../sql/parser';
import type { TableFacts } from './catalog';
import type { ChangingStatement } from './read-statement';

/** PostgreSQL 18 can return a row as it was beside the row as it is. */
const returnsOldRows = 180_000;

const lead = 'WITH querychange_kept AS (\n';

/** A statement inside the query that reads what it changed. */
export interface Wrapped {
  readonly text: string;
  /** Characters before the approved bytes. */
  readonly lead: number;
}

export const tableName = ({ schema, name }: Pick<TableFacts, 'schema' | 'name'>): string =>
  `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;

/** Fields of a parse tree that say where in the text something stands (parsenodes.h, ParseLoc). */
const places = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'name_location',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
]);

/** Without positions, which a wrapping moves. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (!isNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !places.has(key))
      .map(([key, inner]) => [key, withoutPlaces(inner)]),
  );
}

const fieldOf = (node: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (Array.isArray(at) ? at[Number(key)] : isNode(at) ? at[key] : undefined),
    node,
  );

/** The node of the approved statement inside the wrapping, without what we let it return. */
async function innerNode(text: string): Promise<Node | null> {
  const parsed = await parseSql(text);
  if (!parsed.ok || parsed.value.length !== 1) return null;
  const inner = fieldOf(
    parsed.value[0]?.stmt,
    'SelectStmt',
    'withClause',
    'ctes',
    0,
    'CommonTableExpr',
    'ctequery',
  );
  if (!isNode(inner)) return null;
  return Object.fromEntries(
    Object.entries(inner).map(([type, fields]) => {
      if (!isNode(fields)) return [type, fields];
      const { returningClause: _ours, ...rest } = fields;
      return [type, rest];
    }),
  );
}

/**
 * Puts the approved bytes, unchanged, into a query that returns for each row, in the order of the changes: its key, the
 * row as it was and the row as it is. Parsed again, the inside must be the approved statement and nothing else; null when it is not.
 */
export async function wrapStatement(
  statement: Statement,
  { action, alias }: ChangingStatement,
  table: TableFacts,
  versionNumber: number,
): Promise<Wrapped | null> {
  const own = escapeIdentifier(alias);
  const keys = table.key.map((_name, at) => `querychange_key_${at}`);
  const keyFrom = (row: string): string =>
    table.key.map((name, at) => `${row}.${escapeIdentifier(name)} AS ${keys[at]}`).join(', ');
  const both = action === 'update' && versionNumber >= returnsOldRows;
  const returning = both
    ? `RETURNING WITH (OLD AS querychange_old, NEW AS querychange_new) ${keyFrom('querychange_new')}, ` +
      'ROW(querychange_old.*) AS querychange_before, ROW(querychange_new.*) AS querychange_after'
    : `RETURNING ${keyFrom(own)}, ROW(${own}.*) AS querychange_row`;
  const reading =
    action === 'update' && !both
      ? // The outer query sees the table as it was when the statement began; a lock keeps others from changing it.
        `, querychange_counted AS (SELECT row_number() OVER () AS querychange_n, * FROM querychange_kept)
SELECT ${keys.map((key) => `k.${key}`).join(', ')}, CASE WHEN o IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW(o.*) END, k.querychange_row
FROM querychange_counted k LEFT JOIN ${tableName(table)} o
ON ${table.key.map((name, at) => `o.${escapeIdentifier(name)} OPERATOR(pg_catalog.=) k.${keys[at]}`).join(' AND ')}
ORDER BY k.querychange_n`
      : `\nSELECT ${keys.join(', ')}, ${
          both
            ? 'querychange_before, querychange_after'
            : action === 'insert'
              ? 'NULL, querychange_row'
              : 'querychange_row, NULL'
        } FROM querychange_kept`;
  const text = `${lead}${statement.text}\n${returning})${reading}`;
  const inner = await innerNode(text);
  const same = JSON.stringify(withoutPlaces(inner)) === JSON.stringify(withoutPlaces(statement.node));
  return same ? { text, lead: lead.length } : null;
}
