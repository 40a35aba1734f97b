import { findTable, type SchemaSnapshot, type SnapshotTable } from '../facts/schema-snapshot';
import { nameText, type QualifiedName, rangeName } from '../tree/names';
import { as, isNode, items, itemsOf, type Node } from '../tree/node';
import type { Statement } from '../tree/script';
import { isAlwaysTrue } from '../tree/conditions';
import { conditionText, valueText } from './expression';
import { withoutIndex } from './index-use';
import { about, counted, grouped, listed, namesOf } from './words';

/** What a summary may know beside the text. */
export interface SummaryContext {
  readonly schema: SchemaSnapshot | null;
  /** Rows that a dry run of the statement touched; null: there was none. */
  readonly rows: number | null;
}

/** Words for a statement that reads or changes rows; `fields` may be those of a part of it. */
export function rowsSummary(
  statement: Statement,
  type: string,
  fields: Node,
  context: SummaryContext,
): string | null {
  switch (type) {
    case 'SelectStmt':
      return select(statement, fields, context);
    case 'InsertStmt':
      return insert(statement, fields, context);
    case 'UpdateStmt':
      return update(statement, fields, context);
    case 'DeleteStmt':
      return remove(statement, fields, context);
    case 'MergeStmt':
      return merge(statement, fields);
    default:
      return null;
  }
}

const rangeOf = (value: unknown): QualifiedName =>
  isNode(value) ? rangeName(value) : { schema: null, name: '' };

/** `; about 41,200 of 8.1 M rows; cannot use an index` */
function extent(table: SnapshotTable | undefined, condition: Node | null, context: SummaryContext): string {
  const all = table?.rows ?? null;
  const parts: string[] = [];
  if (context.rows !== null) {
    parts.push(
      all === null ? counted(context.rows, 'row') : `${grouped(context.rows)} of ${about(all)} rows`,
    );
  } else if (all !== null) {
    parts.push(condition === null ? `about ${about(all)} rows` : `the table has about ${about(all)} rows`);
  }
  const index = condition && withoutIndex(table, condition);
  if (index) parts.push(index);
  return parts.map((part) => `; ${part}`).join('');
}

/** `on rows of orders where …`, or `on every row of orders`. */
function which(statement: Statement, fields: Node, context: SummaryContext): string {
  const name = rangeOf(fields['relation']);
  const table = findTable(context.schema, name);
  const where = isNode(fields['whereClause']) ? fields['whereClause'] : null;
  const condition = where && !isAlwaysTrue(where) ? where : null;
  const others = sources(fields['fromClause'] ?? fields['usingClause']);
  const joined = others.length > 0 ? `, joined with ${listed(others)},` : '';
  const relation = isNode(fields['relation']) ? fields['relation'] : {};
  const only = relation['inh'] === true ? '' : ' itself, not of what inherits from it,';
  const target = `${nameText(name)}${aliasOf(relation)}${only}`;
  const rows =
    condition === null
      ? `every row of ${target}${joined}`
      : `rows of ${target}${joined} where ${conditionText(statement, condition)}`;
  return `${rows.replace(/,$/, '')}${extent(table, condition, context)}`;
}

function update(statement: Statement, fields: Node, context: SummaryContext): string {
  const sets = itemsOf(fields['targetList'], 'ResTarget').map((target) => {
    const name = String(target['name']);
    const value = isNode(target['val']) ? target['val'] : {};
    if (as(value, 'MultiAssignRef')) return `${name} from a query`;
    return `${name} to ${valueText(statement, value, name)}`;
  });
  return `sets ${listed(sets)} on ${which(statement, fields, context)}`;
}

function remove(statement: Statement, fields: Node, context: SummaryContext): string {
  return `deletes ${which(statement, fields, context)}`;
}

function insert(statement: Statement, fields: Node, context: SummaryContext): string {
  const name = nameText(rangeOf(fields['relation']));
  const columns = itemsOf(fields['cols'], 'ResTarget').map((target) => String(target['name']));
  const into = columns.length > 0 ? `${name} (${namesOf(columns)})` : name;
  const query = as(fields['selectStmt'], 'SelectStmt');
  const values = items(query?.['valuesLists']);
  const [first] = values;
  const conflict = isNode(fields['onConflictClause']) ? fields['onConflictClause'] : null;
  let text: string;
  if (!query) text = `adds a row of defaults to ${name}`;
  else if (values.length === 1 && columns.length > 0 && columns.length <= 5) {
    const given = items(as(first, 'List')?.['items']);
    const pairs = given.map(
      (value, at) => `${columns[at] ?? '?'} ${valueText(statement, value, columns[at])}`,
    );
    text = `adds 1 row to ${name}: ${listed(pairs)}`;
  } else if (values.length > 0) text = `adds ${counted(values.length, 'row')} to ${into}`;
  else text = `adds to ${into} what a query gives: ${select(statement, query, { ...context, rows: null })}`;
  if (conflict?.['action'] === 'ONCONFLICT_NOTHING')
    text += '; rows that are there already are left as they are';
  else if (conflict) {
    const set = itemsOf(conflict['targetList'], 'ResTarget').map((target) => String(target['name']));
    text += `; in rows that are there already it sets ${listed(set)}`;
  }
  return context.rows === null ? text : `${text}; ${counted(context.rows, 'row')}`;
}

function merge(statement: Statement, fields: Node): string {
  const [source] = sources([fields['sourceRelation']]);
  const on = isNode(fields['joinCondition'])
    ? conditionText(statement, fields['joinCondition'])
    : 'a condition';
  const does = itemsOf(fields['mergeWhenClauses'], 'MergeWhenClause').map((clause) => {
    const matched = clause['matchKind'] === 'MERGE_WHEN_MATCHED';
    const when = matched
      ? 'where they match'
      : clause['matchKind'] === 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE'
        ? 'that have no partner'
        : 'where there is none';
    const set = itemsOf(clause['targetList'], 'ResTarget').map((target) => String(target['name']));
    switch (clause['commandType']) {
      case 'CMD_UPDATE':
        return `sets ${listed(set)} ${when}`;
      case 'CMD_DELETE':
        return `deletes rows ${when}`;
      case 'CMD_INSERT':
        return `adds a row ${when}`;
      default:
        return `does nothing ${when}`;
    }
  });
  return `merges ${source ?? 'rows'} into ${nameText(rangeOf(fields['relation']))}, matched where ${on}: ${listed(does)}`;
}

function select(statement: Statement, fields: Node, context: SummaryContext): string {
  const sets: Readonly<Record<string, string>> = {
    SETOP_UNION: 'the rows of several queries together',
    SETOP_INTERSECT: 'the rows that several queries share',
    SETOP_EXCEPT: 'the rows of one query without those of another',
  };
  const set = sets[String(fields['op'])];
  if (set !== undefined) return `reads ${set}`;
  const values = items(fields['valuesLists']);
  if (values.length > 0) return `gives ${counted(values.length, 'row')} of constants`;
  const columns = itemsOf(fields['targetList'], 'ResTarget').map((target) => {
    if (typeof target['name'] === 'string') return target['name'];
    const value = isNode(target['val']) ? target['val'] : {};
    return as(value, 'ColumnRef') &&
      items(as(value, 'ColumnRef')?.['fields']).some((field) => 'A_Star' in field)
      ? 'every column'
      : valueText(statement, value);
  });
  const from = sources(fields['fromClause']);
  if (from.length === 0) return `computes ${listed(columns, 4)}`;
  const where = isNode(fields['whereClause']) ? fields['whereClause'] : null;
  const parts = [`reads ${listed(columns, 5) || 'rows'} from ${listed(from)}`];
  if (where) parts.push(` where ${conditionText(statement, where)}`);
  if (items(fields['groupClause']).length > 0) parts.push(', grouped');
  const limit = isNode(fields['limitCount']) ? valueText(statement, fields['limitCount']) : null;
  if (limit !== null && limit !== 'NULL') parts.push(`, at most ${limit} rows`);
  if (items(fields['lockingClause']).length > 0) parts.push(', and locks those rows');
  const [only] = itemsOf(fields['fromClause'], 'RangeVar');
  const table = from.length === 1 && only ? findTable(context.schema, rangeName(only)) : undefined;
  return `${parts.join('')}${table ? extent(table, where, context) : ''}`;
}

/** ` (o)` for a relation that the statement calls `o`. */
function aliasOf(range: Node): string {
  const alias = isNode(range['alias']) ? range['alias']['aliasname'] : undefined;
  return typeof alias === 'string' && alias !== range['relname'] ? ` (${alias})` : '';
}

/** Names of what a FROM, USING or JOIN names. */
function sources(list: unknown, depth = 0): string[] {
  if (depth > 100) return ['more'];
  return items(list).flatMap((item): string[] => {
    const range = as(item, 'RangeVar');
    if (range) return [`${nameText(rangeName(range))}${aliasOf(range)}`];
    const join = as(item, 'JoinExpr');
    if (join) return sources([join['larg'], join['rarg']], depth + 1);
    if (as(item, 'RangeSubselect')) return ['a sub-query'];
    const call = as(item, 'RangeFunction');
    if (call) return ['a function'];
    return ['a source'];
  });
}
