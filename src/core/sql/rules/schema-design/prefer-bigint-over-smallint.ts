import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const preferBigintOverSmallint = rule({
  id: 'prefer-bigint-over-smallint',
  title: 'A number of 16 bits runs out at 32,767',
  category: 'schema-design',
  level: 'info',
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      if (!['int2', 'smallserial', 'serial2'].includes(typeText(definition['typeName']))) continue;
      const message = `Column ${nameText(table)}.${name} holds at most 32,767; the two bytes that it saves are mostly lost to alignment.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'smallint saves room only where several of them stand side by side; else padding takes it again. Growing it later writes the table anew under ACCESS EXCLUSIVE.',
  fix: 'bigint for anything that counts; a CHECK for a small range.',
  bad: ['CREATE TABLE t (id smallint);', 'ALTER TABLE t ADD COLUMN n int2;'],
  good: ['CREATE TABLE t (id bigint);', 'ALTER TABLE t ADD COLUMN n bigint CHECK (n BETWEEN 1 AND 5);'],
  alsoKnownAs: ['squawk: prefer-bigint-over-smallint'],
};
