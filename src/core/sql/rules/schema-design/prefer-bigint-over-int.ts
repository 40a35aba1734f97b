import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

const narrow: Readonly<Record<string, string>> = {
  int4: 'bigint',
  serial: 'bigserial',
  serial4: 'bigserial',
};

export const preferBigintOverInt = rule({
  id: 'prefer-bigint-over-int',
  title: 'A number of 32 bits runs out at 2,147,483,647',
  category: 'schema-design',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      const type = typeText(definition['typeName']);
      const wide = narrow[type];
      if (wide === undefined) continue;
      const message = `Column ${nameText(table)}.${name} holds at most 2,147,483,647; ${wide} holds any number that a program will count to.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'An `integer` key that runs out stops every INSERT, and the way to `bigint` writes the whole table anew under an ACCESS EXCLUSIVE lock. Four bytes a row cost less than that day.',
  fix: 'Use `bigint` (or `bigint GENERATED ALWAYS AS IDENTITY`) for anything that counts. Where the values are small for certain, waive the finding.',
  bad: ['CREATE TABLE t (id integer PRIMARY KEY);', 'ALTER TABLE t ADD COLUMN n serial;'],
  good: ['CREATE TABLE t (id bigint PRIMARY KEY);', 'ALTER TABLE t ADD COLUMN price numeric(12, 2);'],
  alsoKnownAs: ['squawk: prefer-bigint-over-int'],
};
