import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const banMoneyType = rule({
  id: 'ban-money-type',
  title: 'money has no currency and depends on a setting',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      if (typeText(definition['typeName']) !== 'money') continue;
      yield {
        at: { at: location },
        message: `Column ${nameText(table)}.${name} is money: its digits and sign depend on lc_monetary, so the same dump means other amounts elsewhere. Use numeric and a currency.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'The money type stores an integer whose number of decimals comes from lc_monetary. It knows no currency, and text in and out depends on the locale.',
  fix: 'numeric(14, 2), or a bigint of the smallest unit, with a column for the currency.',
  bad: ['CREATE TABLE t (price money);', 'ALTER TABLE t ADD COLUMN total money NOT NULL;'],
  good: ['CREATE TABLE t (price numeric(12, 2), currency text);', 'ALTER TABLE t ADD COLUMN cents bigint;'],
};
