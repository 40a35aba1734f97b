import { isNode, unwrap } from '#core/sql/tree/node';
import type { Node } from '../sql/parser';

/**
 * Which columns of a SELECT, by its text alone, cannot hold a value of any row: constants, and `count(*)`. Everything
 * else without an origin may. Null: the text does not show which column is which.
 */
export function harmlessColumns(statement: Node): readonly ('constant' | 'count' | null)[] | null {
  const [type, fields] = unwrap(statement);
  if (type !== 'SelectStmt' || !Array.isArray(fields['targetList'])) return null;
  if (fields['op'] !== 'SETOP_NONE') return null;
  const values = fields['targetList'].map((item: unknown) => {
    const target = isNode(item) && isNode(item['ResTarget']) ? item['ResTarget']['val'] : null;
    return isNode(target) ? target : null;
  });
  // `*` stands for any number of columns.
  if (values.some((value) => value === null || hasStar(value))) return null;
  return values.map((value) => (value === null ? null : kindOf(value)));
}

function hasStar(value: Node): boolean {
  const [type, fields] = unwrap(value);
  if (type === 'A_Indirection') return true;
  const path = type === 'ColumnRef' ? fields['fields'] : null;
  return Array.isArray(path) && path.some((part) => isNode(part) && part['A_Star'] !== undefined);
}

function kindOf(value: Node): 'constant' | 'count' | null {
  const [type, fields] = unwrap(value);
  if (type === 'A_Const') return 'constant';
  if (type !== 'FuncCall' || fields['agg_star'] !== true) return null;
  const path = fields['funcname'];
  return Array.isArray(path) && path.length === 1 && JSON.stringify(path[0]) === '{"String":{"sval":"count"}}'
    ? 'count'
    : null;
}
