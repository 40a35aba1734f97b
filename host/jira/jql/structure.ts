import type { Clause, Field, Operand, Predicate } from '@atlaskit/jql-ast';
import { parseJql } from './parse';

const field = (node: Field): Record<string, unknown> => {
  const property = node.properties?.[0];
  if (!property) return { name: node.value, encodedName: node.text };
  const key = property.key?.value ?? '';
  const path = (property.path ?? [])
    .map((part) => part.value)
    .join('')
    .replace(/^\./, '');
  return { name: node.value, property: [{ entity: node.value.split('.')[0] ?? 'issue', key, path }] };
};

function operand(node: Operand): Record<string, unknown> {
  switch (node.operandType) {
    case 'list':
      return {
        values: node.values.map(operand),
        encodedOperand: `(${node.values.map((value) => encoded(value)).join(', ')})`,
      };
    case 'keyword':
      return { keyword: 'empty', encodedOperand: 'EMPTY' };
    case 'function':
      return {
        function: node.function.value,
        arguments: node.arguments.map((a) => a.value),
        encodedOperand: encoded(node),
      };
    default:
      return { value: node.value, encodedValue: node.text };
  }
}

function encoded(node: Operand): string {
  if (node.operandType === 'value') return node.text;
  if (node.operandType === 'function')
    return `${node.function.value}(${node.arguments.map((a) => a.text).join(', ')})`;
  return node.operandType === 'keyword' ? 'EMPTY' : '()';
}

const predicate = (node: Predicate) => ({
  operator: node.operator.value,
  operand: node.operand ? operand(node.operand) : { keyword: 'empty' },
});

function clause(node: Clause): Record<string, unknown> {
  if (node.clauseType === 'compound')
    return { operator: node.operator.value, clauses: node.clauses.map(clause) };
  if (node.clauseType === 'not') return { operator: 'not', clauses: [clause(node.clause)] };
  const operator = node.operator?.value ?? '';
  return {
    field: field(node.field),
    operator,
    ...(node.operand ? { operand: operand(node.operand) } : {}),
    ...(node.predicates.length > 0 || operator === 'changed'
      ? { predicates: node.predicates.map(predicate) }
      : {}),
  };
}

/** A query as `POST /jql/parse` describes it (`JqlQuery`). */
export function structureOf(jql: string): Record<string, unknown> {
  const parsed = parseJql(jql);
  return {
    ...(parsed.where ? { where: clause(parsed.where) } : {}),
    ...(parsed.orderBy.length > 0
      ? {
          orderBy: {
            fields: parsed.orderBy.map((entry) => ({
              field: field(entry.field),
              direction: (entry.direction?.value ?? 'ASC').toLowerCase(),
            })),
          },
        }
      : {}),
  };
}
