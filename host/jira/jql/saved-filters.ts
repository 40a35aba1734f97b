import type { Clause, TerminalClause } from '@atlaskit/jql-ast';
import { badRequest } from '../errors';
import { maySee } from '../sharing/filters';
import type { Step } from './field';
import type { JqlContext } from './operands';
import { parseJql } from './parse';

/** Names of the field that stands for a saved filter. */
const NAMES = new Set(['filter', 'request', 'savedfilter', 'searchrequest']);

/** Whether the clause restricts by saved filters. */
export const namesFilters = (clause: TerminalClause): boolean =>
  clause.field.properties?.[0] === undefined && NAMES.has(clause.field.value.toLowerCase());

function operands(clause: TerminalClause): string[] {
  const { operand } = clause;
  const values = operand?.operandType === 'list' ? operand.values : [operand];
  return values.map((value) => {
    if (value?.operandType === 'value') return value.value;
    throw badRequest("The field 'filter' takes ids and names of saved filters only.");
  });
}

/**
 * `filter = <id or name>`: the query of a filter that the viewer sees, evaluated as the viewer.
 * @throws JiraError 400 for unknown filters and for filters that lead back to themselves
 */
export function savedFilterStep(
  context: JqlContext,
  clause: TerminalClause,
  compile: (context: JqlContext, clause: Clause) => Step,
): Step {
  const operator = clause.operator?.value ?? '';
  if (!['=', '!=', 'in', 'not in'].includes(operator))
    throw badRequest(`The operator '${operator}' is not supported by the 'filter' field.`);
  const steps = operands(clause).flatMap((name) => {
    const found = context.jira.state.filters.filter(
      (f) =>
        (f.id === name || f.name.toLowerCase() === name.toLowerCase()) &&
        maySee(context.jira, f, context.viewer),
    );
    if (found.length === 0) throw badRequest(`The value '${name}' does not exist for the field 'filter'.`);
    return found.map((filter): Step => {
      if (context.filters.includes(filter.id))
        throw badRequest(
          `Field 'filter' with value '${name}' matches filter '${filter.name}' and causes a cyclical reference, this query can not be executed and should be edited.`,
        );
      const { where } = parseJql(filter.jql);
      const inner = { ...context, filters: [...context.filters, filter.id] };
      return where ? compile(inner, where) : { test: () => true, cost: 0 };
    });
  });
  const negative = operator === '!=' || operator === 'not in';
  return {
    test: (issue) => steps.some((step) => step.test(issue)) !== negative,
    cost: steps.reduce((sum, step) => sum + step.cost, 0),
  };
}
