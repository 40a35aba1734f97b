import type { SnapshotTable } from '../facts/schema-snapshot';
import { as, isNode, items, type Node, strings } from '../tree/node';

/** Rows below which a table is read whole as fast as by an index. */
const smallTable = 1_000;

const indexable = new Set(['=', '<', '>', '<=', '>=']);

/** Columns that the condition compares on their own, joined by AND, so that an index on one of them can help. */
function comparedColumns(condition: Node, depth = 0): readonly string[] {
  if (depth > 30) return [];
  const logic = as(condition, 'BoolExpr');
  if (logic) {
    const parts = items(logic['args']).map((part) => comparedColumns(part, depth + 1));
    if (logic['boolop'] === 'AND_EXPR') return parts.flat();
    // An OR needs an index for every part.
    return logic['boolop'] === 'OR_EXPR' && parts.every((part) => part.length > 0) ? parts.flat() : [];
  }
  const test = as(condition, 'NullTest');
  if (test) return columnOf(test['arg']);
  const expression = as(condition, 'A_Expr');
  if (!expression) return [];
  const name = strings(expression['name']).at(-1) ?? '';
  const kind = String(expression['kind']);
  const fits =
    kind === 'AEXPR_IN' ||
    kind === 'AEXPR_BETWEEN' ||
    kind === 'AEXPR_OP_ANY' ||
    (kind === 'AEXPR_OP' && indexable.has(name));
  return fits
    ? [...columnOf(expression['lexpr']), ...(kind === 'AEXPR_OP' ? columnOf(expression['rexpr']) : [])]
    : [];
}

function columnOf(node: unknown): readonly string[] {
  const name = isNode(node) ? strings(as(node, 'ColumnRef')?.['fields']).at(-1) : undefined;
  return name === undefined ? [] : [name];
}

/** Says that no index fits a condition, when that is certain and the table is not small; null otherwise. */
export function withoutIndex(table: SnapshotTable | undefined, condition: Node): string | null {
  if (!table || table.rows === null || table.rows < smallTable) return null;
  if (table.kind !== 'table' && table.kind !== 'materialized-view') return null;
  const columns = comparedColumns(condition);
  const leads = table.indexes.some((index) => {
    const [first] = index.columns;
    return first === null || (first !== undefined && columns.includes(first));
  });
  return leads ? null : 'cannot use an index';
}
