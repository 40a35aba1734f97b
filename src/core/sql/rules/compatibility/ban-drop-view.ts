import { rule, type RuleDocs } from '../../review/rule';
import { nameText, objectName } from '../../tree/names';
import { items } from '../../tree/node';

const kinds: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_TYPE: 'type',
  OBJECT_SEQUENCE: 'sequence',
};

export const banDropView = rule({
  id: 'ban-drop-view',
  title: 'Something that programs may use by name is dropped',
  category: 'compatibility',
  level: 'info',
  on: ['CreateFunctionStmt', 'CreateTableAsStmt', 'DropStmt', 'ViewStmt'],
  options: {},
  *statement({ type, fields, start, end }, _options, _context, { statements, text }) {
    const kind = kinds[fields['removeType'] as string];
    if (type !== 'DropStmt' || kind === undefined) return;
    for (const name of items(fields['objects']).map(objectName)) {
      const again = statements.some(
        (later) =>
          later.start > end &&
          /^(ViewStmt|CreateFunctionStmt|CreateTableAsStmt)$/.test(later.type) &&
          text.includes(name.name),
      );
      if (again) continue;
      yield {
        at: { start, end },
        message: `Programs that use the ${kind} ${nameText(name)} fail from COMMIT on, and its rights are gone if it is made anew.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Views, functions and types are the interface of a database. Dropping one breaks callers at once; making it anew later loses the grants.',
  fix: 'CREATE OR REPLACE where that is possible; drop only what nobody calls.',
  bad: ['DROP VIEW open_orders;', 'DROP FUNCTION shop.total(bigint);'],
  good: [
    'CREATE OR REPLACE VIEW open_orders AS SELECT 1 AS id;',
    'DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT 1 AS id;',
  ],
};
