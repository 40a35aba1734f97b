import { rule, type RuleDocs } from '../../review/rule';
import { nameText, objectName } from '../../tree/names';
import { items } from '../../tree/node';

export const banDropSchema = rule({
  id: 'ban-drop-schema',
  title: 'A dropped schema takes all that lies in it',
  category: 'data-loss',
  level: 'error',
  on: ['DropStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'DropStmt' || fields['removeType'] !== 'OBJECT_SCHEMA') return;
    for (const name of items(fields['objects']).map(objectName)) {
      yield {
        at: { start, end },
        message: `Drops the schema ${nameText(name)}; what lies in it goes too, or the statement fails.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A schema is a folder of tables, views, functions and types. Dropping it with CASCADE removes all of them in one line that names none; without CASCADE it fails unless it is empty.',
  fix: 'Drop what lies in the schema by name, each reviewed as what it is; then the empty schema.',
  bad: ['DROP SCHEMA shop;', 'DROP SCHEMA IF EXISTS a, b CASCADE;'],
  good: ['CREATE SCHEMA shop;', 'DROP VIEW shop.open_orders;'],
};
