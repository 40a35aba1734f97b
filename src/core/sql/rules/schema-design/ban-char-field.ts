import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeModifiers, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const banCharField = rule({
  id: 'ban-char-field',
  title: 'char(n) pads every value with blanks',
  category: 'schema-design',
  level: 'warning',
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      if (typeText(definition['typeName']) !== 'bpchar') continue;
      const [length] = typeModifiers(definition['typeName']);
      const type = length === undefined ? 'char' : `char(${length})`;
      const message = `Column ${nameText(table)}.${name} is ${type}: values are padded with blanks, and comparisons ignore them. Use text, with a CHECK for the length if it matters.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: '`char(n)` stores the padding, compares as if trailing blanks were not there, and gives them back in some places and not in others (`LIKE`, casts to text). It is not faster than text.',
  fix: 'Use `text`; where the length is a rule, say so in a CHECK constraint, which can be changed without writing the table anew.',
  bad: ['CREATE TABLE t (code char(2));', 'ALTER TABLE shop.t ADD COLUMN flag character;'],
  good: ['CREATE TABLE t (code text CHECK (length(code) = 2));', 'ALTER TABLE t ADD COLUMN flag boolean;'],
  alsoKnownAs: ['squawk: ban-char-field'],
};
