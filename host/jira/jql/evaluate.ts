import type { Clause, Operand, TerminalClause } from '@atlaskit/jql-ast';
import { badRequest } from '../errors';
import type { Jira } from '../store';
import type { JqlField, JqlKind, Matcher, Step } from './field';
import { resolveField, UNRESOLVED } from './fields';
import { historyMatcher } from './history';
import { operandValues, type JqlContext } from './operands';
import { namesFilters, savedFilterStep } from './saved-filters';

const LISTS = ['=', '!=', 'in', 'not in', 'is', 'is not'];
const RANGES = ['<', '<=', '>', '>='];
const OPERATORS: Record<JqlKind, readonly string[]> = {
  choice: LISTS,
  user: LISTS,
  string: LISTS,
  key: [...LISTS, ...RANGES],
  number: [...LISTS, ...RANGES],
  date: [...LISTS, ...RANGES],
  text: ['~', '!~', 'is', 'is not'],
};

/** What a test costs by kind of field: texts are taken apart for each issue, the rest is compared. */
const COSTS: Record<JqlKind, number> = {
  choice: 1,
  key: 1,
  user: 1,
  string: 2,
  number: 2,
  date: 2,
  text: 20,
};
const HISTORY_COST = 40;

/** Compiles a where clause. @throws JiraError 400 for unknown fields, values, functions and unfit operators */
export const compile = (context: JqlContext, clause: Clause): Matcher => step(context, clause).test;

function step(context: JqlContext, clause: Clause): Step {
  if (clause.clauseType === 'not') {
    const { test, cost } = step(context, clause.clause);
    return { test: (issue) => !test(issue), cost };
  }
  if (clause.clauseType === 'compound') {
    // The parts have no effects, so the cheap ones go first.
    const parts = clause.clauses.map((part) => step(context, part)).sort((a, b) => a.cost - b.cost);
    const cost = parts.reduce((sum, part) => sum + part.cost, 0);
    const tests = parts.map((part) => part.test);
    const stop = clause.operator.value === 'or';
    return {
      test: (issue) => {
        for (const test of tests) if (test(issue) === stop) return stop;
        return !stop;
      },
      cost,
    };
  }
  return namesFilters(clause) ? savedFilterStep(context, clause, step) : terminal(context, clause);
}

function terminal(context: JqlContext, clause: TerminalClause): Step {
  const field = resolveField(context.jira, clause.field, context.viewer);
  const operator = clause.operator?.value ?? '';
  if (operator.startsWith('was') || operator === 'changed')
    return { test: historyMatcher(context, field, clause), cost: HISTORY_COST };
  return { test: comparison(context, field, operator, clause), cost: COSTS[field.kind] };
}

function comparison(context: JqlContext, field: JqlField, operator: string, clause: TerminalClause): Matcher {
  if (!OPERATORS[field.kind].includes(operator)) {
    throw badRequest(`The operator '${operator}' is not supported by the '${field.name}' field.`);
  }
  const operand = clause.operand ?? undefined;
  if (!operand) throw badRequest(`The field '${field.name}' needs a value.`);
  if (isEmptyKeyword(operand)) return emptiness(field, operator);
  if (operator === 'is' || operator === 'is not') {
    throw badRequest(
      `The operator '${operator}' does not support the value given for field '${field.name}'; use EMPTY or NULL.`,
    );
  }
  if (field.kind === 'text') return textMatcher(context, field, operator, operand);
  if (RANGES.includes(operator)) return range(context, field, operator, operand);
  return equality(context, field, operator, operand);
}

const isEmptyKeyword = (operand: Operand): boolean => operand.operandType === 'keyword';

function emptiness(field: JqlField, operator: string): Matcher {
  if (!['is', 'is not', '=', '!='].includes(operator)) {
    throw badRequest(
      `The operator '${operator}' does not support searching for EMPTY values on the '${field.name}' field.`,
    );
  }
  const wanted = operator === 'is' || operator === '=';
  return (issue) => (field.values(issue).length === 0) === wanted;
}

function equality(context: JqlContext, field: JqlField, operator: string, operand: Operand): Matcher {
  const wanted = new Set(operandValues(context, field, operand));
  const emptyToo =
    wanted.has(UNRESOLVED) || (operand.operandType === 'list' && operand.values.some(isEmptyKeyword));
  const negative = operator === '!=' || operator === 'not in';
  return (issue) => {
    const values = field.values(issue);
    if (values.length === 0) return negative ? false : emptyToo;
    for (const value of values) if (wanted.has(value)) return !negative;
    return negative;
  };
}

function range(context: JqlContext, field: JqlField, operator: string, operand: Operand): Matcher {
  const limit = Number(operandValues(context, field, operand)[0]);
  const sign = operator.startsWith('<') ? -1 : 1;
  const orEqual = operator.endsWith('=');
  return (issue) => {
    for (const value of field.values(issue)) {
      const difference = sign * (Number(value) - limit);
      if (difference > 0 || (orEqual && difference === 0)) return true;
    }
    return false;
  };
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}_*]+/gu) ?? [];

const fits = (word: string, pattern: string): boolean =>
  pattern.endsWith('*')
    ? word.startsWith(pattern.slice(0, -1))
    : word === pattern || word === `${pattern}s` || `${word}s` === pattern;

function containsText(text: string, query: string): boolean {
  const phrase = /^"(.*)"$/s.exec(query.trim())?.[1]?.replace(/\\?"$/, '');
  const all = words(text);
  const wanted = words(phrase ?? query);
  if (wanted.length === 0) return false;
  if (phrase === undefined) return wanted.every((pattern) => all.some((word) => fits(word, pattern)));
  return all.some((_, at) => wanted.every((pattern, i) => fits(all[at + i] ?? '', pattern)));
}

function textMatcher(context: JqlContext, field: JqlField, operator: string, operand: Operand): Matcher {
  const queries = operandValues(context, field, operand).map((value) => String(value).replaceAll('\\"', '"'));
  const hit: Matcher = (issue) => {
    const text = field.values(issue).join('\n');
    return queries.every((query) => containsText(text, query));
  };
  if (operator === '~') return hit;
  return (issue) => field.values(issue).length > 0 && !hit(issue);
}

/** The context of a search by this viewer, now; `filters` are saved filters that the query belongs to. */
export const jqlContext = (
  jira: Jira,
  viewer: string | undefined,
  filters: readonly string[] = [],
): JqlContext => ({ jira, viewer, now: jira.clock.now(), filters });
