import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const banFloatForAmounts = rule({
  id: 'ban-float-for-amounts',
  title: 'An amount in floating point does not add up',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: { names: ['price', 'amount', 'total', 'cost', 'balance', 'fee', 'tax', 'salary'] },
  *statement(statement, { names }) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      const type = typeText(definition['typeName']);
      if ((type !== 'float4' && type !== 'float8') || !names.some((word) => name.split('_').includes(word)))
        continue;
      yield {
        at: { at: location },
        message: `Column ${nameText(table)}.${name} is ${type === 'float4' ? 'real' : 'double precision'}: 0.1 + 0.2 is not 0.3 there. Use numeric.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Binary floating point cannot hold most decimal fractions. Sums of amounts drift by cents, and comparisons for equality fail.',
  fix: 'numeric(p, s), or whole numbers of the smallest unit.',
  bad: ['CREATE TABLE t (price double precision);', 'ALTER TABLE t ADD COLUMN total_net real;'],
  good: ['CREATE TABLE t (price numeric(12, 2));', 'ALTER TABLE t ADD COLUMN latitude double precision;'],
};
