import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const preferJsonb = rule({
  id: 'prefer-jsonb',
  title: 'json is parsed anew at every use',
  category: 'schema-design',
  level: 'info',
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      if (typeText(definition['typeName']) !== 'json') continue;
      yield {
        at: { at: location },
        message: `Column ${nameText(table)}.${name} is json: it has no equality and no index, and is parsed at each use. Use jsonb unless the exact text matters.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'json keeps the text as it came. It cannot be compared (so DISTINCT and UNION fail), cannot be indexed as a whole, and each access parses it.',
  fix: 'jsonb. Keep json, or text, only where the very bytes must come back.',
  bad: ['CREATE TABLE t (data json);', 'ALTER TABLE t ADD COLUMN data json NOT NULL;'],
  good: ['CREATE TABLE t (data jsonb);', 'ALTER TABLE t ADD COLUMN data text;'],
};
