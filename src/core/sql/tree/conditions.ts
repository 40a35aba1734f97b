import { as, isNode, items, strings, type Node } from './node';

/** Longest chain of conditions that is looked into. */
const deepest = 50;

/**
 * True for a condition that every row meets, as far as that is certain from its text: `true`, `1 = 1`, `'a' = 'a'`,
 * `x = x` (but for NULL), NOT false, an OR with such a part, an AND of such parts. False means: not certain.
 */
export function isAlwaysTrue(condition: unknown, depth = 0): boolean {
  if (!isNode(condition) || depth > deepest) return false;
  const constant = as(condition, 'A_Const');
  if (constant) return isTrueConstant(constant);
  const cast = as(condition, 'TypeCast');
  if (cast) return isAlwaysTrue(cast['arg'], depth + 1);
  const logic = as(condition, 'BoolExpr');
  if (logic) {
    const parts = items(logic['args']);
    if (logic['boolop'] === 'OR_EXPR') return parts.some((part) => isAlwaysTrue(part, depth + 1));
    if (logic['boolop'] === 'AND_EXPR') return parts.every((part) => isAlwaysTrue(part, depth + 1));
    return parts.every(isFalse);
  }
  const comparison = as(condition, 'A_Expr');
  if (comparison?.['kind'] !== 'AEXPR_OP') return false;
  const [left, right] = [plain(comparison['lexpr']), plain(comparison['rexpr'])];
  if (left === null || right === null) return false;
  return ['=', '>=', '<='].includes(strings(comparison['name']).at(-1) ?? '') && left === right;
}

function isTrueConstant(constant: Node): boolean {
  const value = constant['boolval'];
  return isNode(value) && value['boolval'] === true;
}

/** `false`: the parser leaves the field of a false value out. */
function isFalse(condition: Node): boolean {
  const value = as(condition, 'A_Const')?.['boolval'];
  return isNode(value) && value['boolval'] !== true;
}

/** A constant or a column as a comparable text, without where it stands; null for anything else. */
function plain(value: unknown): string | null {
  if (!isNode(value) || (!as(value, 'A_Const') && !as(value, 'ColumnRef'))) return null;
  return JSON.stringify(value, (key, part: unknown) => (key === 'location' ? undefined : part));
}
