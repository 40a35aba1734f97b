import { calledName, nameText, typeText } from '../tree/names';
import { as, isNode, items, type Node, stringOf, strings } from '../tree/node';
import type { Statement } from '../tree/script';
import { ownText } from './cut';
import { hiddenValue, holdsSecret, namesSecret } from './secrets';
import { oneLine, shortened } from './words';

/** Conditions that are put in words have at most so many parts; of longer ones the own text is shown. */
const mostParts = 6;
/** Deeper than this nothing is looked at: a hostile text must not exhaust the stack. */
const deepest = 30;

/** A condition in words where it is simple, else in its own text. */
export function conditionText(statement: Statement, condition: Node): string {
  return inWords(condition) ?? ownText(statement, condition) ?? 'a condition';
}

/** A value in words: a literal, a column, a call; else its own text. */
export function valueText(statement: Statement, value: Node, column = ''): string {
  return (
    operand(value, column) ??
    (namesSecret(column) ? hiddenValue : ownText(statement, value, 80)) ??
    'an expression'
  );
}

const comparisons: Readonly<Record<string, readonly [plain: string, time: string]>> = {
  '=': ['is', 'is'],
  '<>': ['is not', 'is not'],
  '!=': ['is not', 'is not'],
  '<': ['is less than', 'is before'],
  '>': ['is more than', 'is after'],
  '<=': ['is at most', 'is at or before'],
  '>=': ['is at least', 'is at or after'],
};

function inWords(node: Node, depth = 0): string | null {
  if (depth > deepest) return null;
  const logic = as(node, 'BoolExpr');
  if (logic) return logicWords(logic, depth + 1);
  const test = as(node, 'NullTest');
  if (test) {
    const arg = isNode(test['arg']) ? operand(test['arg']) : null;
    return arg === null ? null : `${arg} ${test['nulltesttype'] === 'IS_NULL' ? 'is NULL' : 'is not NULL'}`;
  }
  const truth = as(node, 'BooleanTest');
  if (truth) {
    const arg = isNode(truth['arg']) ? operand(truth['arg']) : null;
    const word = String(truth['booltesttype']).toLowerCase().replaceAll('_', ' ');
    return arg === null ? null : `${arg} ${word}`;
  }
  const expression = as(node, 'A_Expr');
  if (expression) return comparison(expression);
  if (as(node, 'ColumnRef')) return `${operand(node)} is true`;
  const constant = as(node, 'A_Const');
  if (constant && isNode(constant['boolval'])) {
    return constant['boolval']['boolval'] === true ? 'true' : 'false';
  }
  return null;
}

function logicWords(logic: Node, depth: number): string | null {
  const parts = items(logic['args']);
  if (parts.length > mostParts) return null;
  if (logic['boolop'] === 'NOT_EXPR') {
    const [only] = parts;
    const column = only && as(only, 'ColumnRef') ? operand(only) : null;
    return column === null ? null : `${column} is not true`;
  }
  const words = parts.map((part) => {
    const text = inWords(part, depth);
    const inner = as(part, 'BoolExpr')?.['boolop'];
    const mixed = inner !== undefined && inner !== 'NOT_EXPR' && inner !== logic['boolop'];
    return text !== null && mixed ? `(${text})` : text;
  });
  if (words.includes(null)) return null;
  return words.join(logic['boolop'] === 'OR_EXPR' ? ' or ' : ' and ');
}

function comparison(expression: Node): string | null {
  const left = isNode(expression['lexpr']) ? expression['lexpr'] : null;
  const right = expression['rexpr'];
  const name = strings(expression['name']).at(-1) ?? '';
  // Either side may be the column whose value the other one is.
  const column = [left, right].map((side) => (isNode(side) ? columnName(side) : '')).join('_');
  const who = left && operand(left, column);
  if (!left || who === null) return null;
  switch (expression['kind']) {
    case 'AEXPR_OP': {
      const words = comparisons[name];
      const value = isNode(right) ? operand(right, column) : null;
      // `= NULL` is no test for NULL: the own text says so.
      if (!words || value === null || value === 'NULL' || !isNode(right)) return null;
      return `${who} ${isTime(right) ? words[1] : words[0]} ${value}`;
    }
    case 'AEXPR_IN': {
      const list = items(as(right, 'List')?.['items']);
      const values = list.slice(0, 4).map((item) => operand(item, column));
      if (list.length === 0 || values.includes(null)) return null;
      const more = list.length > 4 ? ` (${list.length - 4} more)` : '';
      if (list.length === 1) return `${who} ${name === '=' ? 'is' : 'is not'} ${values[0]}`;
      return `${who} is ${name === '=' ? 'one of' : 'none of'} ${values.join(', ')}${more}`;
    }
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE': {
      const value = isNode(right) ? operand(right, column) : null;
      return value === null
        ? null
        : `${who} ${name.startsWith('!') ? 'does not look like' : 'looks like'} ${value}`;
    }
    case 'AEXPR_BETWEEN': {
      const [from, to] = items(as(right, 'List')?.['items']).map((item) => operand(item, column));
      return from && to ? `${who} is between ${from} and ${to}` : null;
    }
    default:
      return null;
  }
}

/** Name of the column that a comparison is about, also within a call, so that a secret one hides its values. */
function columnName(node: Node, depth = 0): string {
  if (depth > deepest) return '';
  const found = strings(as(node, 'ColumnRef')?.['fields']).at(-1);
  if (found !== undefined) return found;
  const call = as(node, 'FuncCall');
  if (call)
    return namesSecret(calledName(call).name)
      ? calledName(call).name
      : items(call['args'])
          .map((arg) => columnName(arg, depth + 1))
          .join('_');
  const cast = as(node, 'TypeCast');
  if (isNode(cast?.['arg'])) return columnName(cast['arg'], depth + 1);
  const inner = as(node, 'A_Expr');
  return [inner?.['lexpr'], inner?.['rexpr']]
    .map((side) => (isNode(side) ? columnName(side, depth + 1) : ''))
    .join('_');
}

const dateText = /^\d{4}-\d\d(?:-\d\d)?(?:[ T]|$)/;
const timeTypes = new Set(['date', 'timestamp', 'timestamptz', 'time', 'timetz']);

function isTime(node: Node, depth = 0): boolean {
  if (depth > deepest) return false;
  const cast = as(node, 'TypeCast');
  if (cast)
    return (
      timeTypes.has(typeText(cast['typeName'])) || (isNode(cast['arg']) && isTime(cast['arg'], depth + 1))
    );
  const call = as(node, 'FuncCall');
  if (call) return ['now', 'clock_timestamp', 'date_trunc'].includes(calledName(call).name);
  if (as(node, 'SQLValueFunction')) return true;
  const arithmetic = as(node, 'A_Expr');
  if (isNode(arithmetic?.['lexpr'])) return isTime(arithmetic['lexpr'], depth + 1);
  return dateText.test(stringOf(node) ?? '');
}

/** A simple value; null for anything that does not fit into a phrase. `column`: whose value it is, for secrets. */
function operand(node: Node, column = '', depth = 0): string | null {
  if (depth > 3) return null;
  const reference = as(node, 'ColumnRef');
  if (reference) {
    const parts = items(reference['fields']).map((field) =>
      'A_Star' in field ? '*' : (stringOf(field) ?? ''),
    );
    return parts.join('.');
  }
  const constant = as(node, 'A_Const');
  if (constant) return literal(constant, column);
  const cast = as(node, 'TypeCast');
  if (cast && isNode(cast['arg'])) {
    const inner = operand(cast['arg'], column, depth + 1);
    const type = typeText(cast['typeName']);
    if (inner === null || as(cast['arg'], 'A_Const')) {
      return inner === null || type !== 'interval' ? inner : `the interval ${inner}`;
    }
    return `${inner}::${type}`;
  }
  const parameter = as(node, 'ParamRef');
  if (parameter) return `$${Number(parameter['number'] ?? 0)}`;
  const value = as(node, 'SQLValueFunction');
  if (value) {
    return String(value['op'])
      .replace(/^SVFOP_/, '')
      .toLowerCase();
  }
  if (as(node, 'SetToDefault')) return 'its default';
  const arithmetic = as(node, 'A_Expr');
  if (arithmetic?.['kind'] === 'AEXPR_OP' && isNode(arithmetic['lexpr']) && isNode(arithmetic['rexpr'])) {
    const hint = `${column}_${columnName(node)}`;
    const [left, right] = [arithmetic['lexpr'], arithmetic['rexpr']].map((side) =>
      operand(side, hint, depth + 1),
    );
    const sign = strings(arithmetic['name']).at(-1) ?? '';
    if (!left || !right || !/^(?:[-+*/%]|\|\||->>?)$/.test(sign)) return null;
    return depth > 0 ? `(${left} ${sign} ${right})` : `${left} ${sign} ${right}`;
  }
  const call = as(node, 'FuncCall');
  if (!call || call['over'] !== undefined || call['agg_filter'] !== undefined) return null;
  const name = nameText({
    ...calledName(call),
    ...(calledName(call).schema === 'pg_catalog' ? { schema: null } : {}),
  });
  if (call['agg_star'] === true) return `${name}(*)`;
  const hides = namesSecret(calledName(call).name) ? calledName(call).name : column;
  const args = items(call['args']).map((arg) => operand(arg, hides, depth + 1));
  return args.includes(null) || args.length > 3 ? null : `${name}(${args.join(', ')})`;
}

function literal(constant: Node, column: string): string {
  if (constant['isnull'] === true) return 'NULL';
  const text = stringOf({ A_Const: constant });
  if (text !== null) {
    if (namesSecret(column) || holdsSecret(text)) return hiddenValue;
    return dateText.test(text) && text.length < 30 ? text : `'${shortened(oneLine(text))}'`;
  }
  const flag = constant['boolval'];
  if (isNode(flag)) return flag['boolval'] === true ? 'true' : 'false';
  for (const [kind, field] of [
    ['ival', 'ival'],
    ['fval', 'fval'],
    ['bsval', 'bsval'],
  ] as const) {
    const value = constant[kind];
    if (!isNode(value)) continue;
    if (namesSecret(column)) return hiddenValue;
    const digits = value[field];
    return shortened(typeof digits === 'string' || typeof digits === 'number' ? `${digits}` : '0');
  }
  return 'NULL';
}
