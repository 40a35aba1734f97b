import { parseExpressionAt, type Expression, type Node, type Pattern } from 'acorn';
import { ExpressionError, typeName } from './expression-error';
import { callMethod, readMember } from './members';

/** A function value inside an expression. */
type Lambda = (...args: unknown[]) => unknown;

/** Jira's documented limits. */
const MAX_LENGTH = 10_000;
const MAX_STEPS = 50_000;

/** Evaluation state: the steps so far. */
interface Machine {
  steps: number;
}

type Scope = ReadonlyMap<string, unknown>;

/** Parses an expression; only its JavaScript-like subset is accepted when it is evaluated. */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_LENGTH) throw new ExpressionError('The expression is too long.', 'syntax');
  try {
    const node = parseExpressionAt(source, 0, { ecmaVersion: 2022 });
    if (source.slice(node.end).trim() !== '') throw new SyntaxError(`Unexpected input at ${node.end}`);
    return node;
  } catch (error) {
    throw new ExpressionError(`Unable to parse the expression: ${(error as Error).message}`, 'syntax');
  }
}

/** Evaluates an expression with these variables. @throws ExpressionError */
export function evaluateExpression(source: string, variables: Readonly<Record<string, unknown>>): unknown {
  const machine: Machine = { steps: 0 };
  return run(parseExpression(source), new Map(Object.entries(variables)), machine);
}

function step(machine: Machine): void {
  machine.steps += 1;
  if (machine.steps > MAX_STEPS) throw new ExpressionError('The expression takes too many steps.');
}

function run(node: Expression | Node, scope: Scope, machine: Machine): unknown {
  step(machine);
  const e = node as Expression;
  switch (e.type) {
    case 'Literal':
      if (e.regex) return new RegExp(e.regex.pattern, e.regex.flags.replace(/[^imsu]/g, ''));
      return e.value;
    case 'TemplateLiteral':
      return e.quasis
        .map((q, i) => q.value.cooked + (e.expressions[i] ? show(run(e.expressions[i], scope, machine)) : ''))
        .join('');
    case 'Identifier':
      if (e.name === 'undefined') throw new ExpressionError('Unknown variable: undefined');
      if (!scope.has(e.name)) throw new ExpressionError(`Unrecognized variable: '${e.name}'`);
      return scope.get(e.name);
    case 'ArrayExpression':
      return e.elements.map((item) => {
        if (!item || item.type === 'SpreadElement') throw new ExpressionError('Unsupported list element');
        return run(item, scope, machine);
      });
    case 'ObjectExpression':
      return objectLiteral(e, scope, machine);
    case 'ArrowFunctionExpression':
      return arrow(e, scope, machine);
    case 'ConditionalExpression':
      return run(bool(run(e.test, scope, machine)) ? e.consequent : e.alternate, scope, machine);
    case 'LogicalExpression':
      return logical(e, scope, machine);
    case 'UnaryExpression':
      return unary(e.operator, run(e.argument, scope, machine));
    case 'BinaryExpression':
      return binary(e.operator, run(e.left, scope, machine), run(e.right, scope, machine));
    case 'ChainExpression': {
      const value = run(e.expression, scope, machine);
      return value === SHORT ? null : value;
    }
    case 'MemberExpression':
    case 'CallExpression':
      return access(e, scope, machine);
    case 'ParenthesizedExpression':
      return run(e.expression, scope, machine);
    default:
      throw new ExpressionError(`Unsupported syntax: ${node.type}`, 'syntax');
  }
}

/** What an optional chain becomes after `?.` met null. */
const SHORT = Symbol('short-circuit');

function access(
  e: Extract<Expression, { type: 'MemberExpression' | 'CallExpression' }>,
  scope: Scope,
  machine: Machine,
): unknown {
  if (e.type === 'MemberExpression') {
    const target = run(e.object, scope, machine);
    if (target === SHORT || (e.optional && target === null)) return SHORT;
    return readMember(target, memberName(e, scope, machine), e.computed);
  }
  const callee = e.callee;
  if (callee.type === 'Super') throw new ExpressionError('Unsupported syntax', 'syntax');
  const args = () =>
    e.arguments.map((argument) => {
      if (argument.type === 'SpreadElement') throw new ExpressionError('Unsupported argument', 'syntax');
      return run(argument, scope, machine);
    });
  if (callee.type === 'MemberExpression') {
    const target = run(callee.object, scope, machine);
    if (target === SHORT || (callee.optional && target === null)) return SHORT;
    const name = memberName(callee, scope, machine);
    return callMethod(target, String(name), args(), (fn, ...values) => invoke(fn, values, machine));
  }
  return invoke(run(callee, scope, machine), args(), machine);
}

function memberName(
  e: Extract<Expression, { type: 'MemberExpression' }>,
  scope: Scope,
  machine: Machine,
): string | number {
  if (!e.computed) {
    if (e.property.type !== 'Identifier') throw new ExpressionError('Unsupported property', 'syntax');
    return e.property.name;
  }
  const key = run(e.property, scope, machine);
  if (typeof key !== 'string' && typeof key !== 'number')
    throw new ExpressionError('Property name must be a string or number', 'type');
  return key;
}

function invoke(fn: unknown, args: readonly unknown[], machine: Machine): unknown {
  step(machine);
  if (typeof fn !== 'function') throw new ExpressionError('The value is not a function', 'type');
  return (fn as Lambda)(...args);
}

function arrow(
  e: Extract<Expression, { type: 'ArrowFunctionExpression' }>,
  scope: Scope,
  machine: Machine,
): Lambda {
  const names = e.params.map((p: Pattern) => {
    if (p.type !== 'Identifier') throw new ExpressionError('Unsupported parameter', 'syntax');
    return p.name;
  });
  const body = e.body;
  if (body.type === 'BlockStatement')
    throw new ExpressionError('Function bodies must be expressions', 'syntax');
  return (...args) =>
    run(
      body,
      new Map([...scope, ...names.map((name, i): [string, unknown] => [name, args[i] ?? null])]),
      machine,
    );
}

function objectLiteral(
  e: Extract<Expression, { type: 'ObjectExpression' }>,
  scope: Scope,
  machine: Machine,
): unknown {
  const map: Record<string, unknown> = {};
  for (const p of e.properties) {
    if (p.type !== 'Property' || p.computed || p.kind !== 'init')
      throw new ExpressionError('Unsupported map entry', 'syntax');
    const key =
      p.key.type === 'Identifier' ? p.key.name : p.key.type === 'Literal' ? String(p.key.value) : '';
    map[key] = run(p.value, scope, machine);
  }
  return map;
}

function logical(
  e: Extract<Expression, { type: 'LogicalExpression' }>,
  scope: Scope,
  machine: Machine,
): unknown {
  const left = run(e.left, scope, machine);
  if (e.operator === '??') return left === null ? run(e.right, scope, machine) : left;
  const stop = e.operator === '||' ? bool(left) : !bool(left);
  return stop ? left : bool(run(e.right, scope, machine));
}

function bool(value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw new ExpressionError(`Expected a boolean value but got ${typeName(value)}`, 'type');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number')
    throw new ExpressionError(`Expected a number but got ${typeName(value)}`, 'type');
  return value;
}

function unary(operator: string, value: unknown): unknown {
  if (operator === '!') return !bool(value);
  if (operator === '-') return -number(value);
  if (operator === 'typeof') return typeName(value).toLowerCase();
  throw new ExpressionError(`Unsupported operator ${operator}`, 'syntax');
}

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Users are equal when their accounts are. */
const identity = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'accountId' in value ? value.accountId : value;

function same(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right)) return JSON.stringify(left) === JSON.stringify(right);
  return identity(left) === identity(right);
}

function compare(operator: string, left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date)
    return compare(operator, left.getTime(), right.getTime());
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) {
    throw new ExpressionError(`Cannot compare ${typeName(left)} with ${typeName(right)}`, 'type');
  }
  const order = left < (right as typeof left) ? -1 : left > (right as typeof left) ? 1 : 0;
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator] ?? false;
}

function binary(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '==':
    case '===':
      return same(left, right);
    case '!=':
    case '!==':
      return !same(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case '+':
      if (typeof left === 'string' || typeof right === 'string') return show(left) + show(right);
      return number(left) + number(right);
    case '-':
      return number(left) - number(right);
    case '*':
      return number(left) * number(right);
    case '/':
      return number(left) / number(right);
    case '%':
      return number(left) % number(right);
    default:
      throw new ExpressionError(`Unsupported operator ${operator}`, 'syntax');
  }
}
