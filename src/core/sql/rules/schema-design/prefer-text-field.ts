import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeModifiers, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const preferTextField = rule({
  id: 'prefer-text-field',
  title: 'A length in the type is hard to change later',
  category: 'schema-design',
  level: 'info',
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      const [length] = typeModifiers(definition['typeName']);
      if (typeText(definition['typeName']) !== 'varchar' || length === undefined) continue;
      const message = `Column ${nameText(table)}.${name} is varchar(${length}); a shorter limit later writes the table anew. Use text with a CHECK, which can be replaced without that.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'varchar(n) is no faster and no smaller than text. Making it longer is cheap, making it shorter reads or writes the whole table under ACCESS EXCLUSIVE, and views that use the column stand in the way.',
  fix: 'text, and a CHECK (length(c) <= n) where the limit is a rule.',
  bad: ['CREATE TABLE t (name varchar(50));', 'ALTER TABLE shop.t ADD COLUMN name character varying(10);'],
  good: ['CREATE TABLE t (name text CHECK (length(name) <= 50));', 'ALTER TABLE t ADD COLUMN name varchar;'],
  alsoKnownAs: ['squawk: prefer-text-field', 'Bytebase: column.maximum-character-length'],
};
