import { byWord, perScript } from '../../review/per-script';
import { rule, type RuleDocs } from '../../review/rule';
import { listName, nameText, objectName, rangeName } from '../../tree/names';
import { as, isNode, items } from '../../tree/node';

const kinds: Readonly<Record<string, string>> = {
  OBJECT_VIEW: 'view',
  OBJECT_MATVIEW: 'materialized view',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'procedure',
  OBJECT_TYPE: 'type',
  OBJECT_SEQUENCE: 'sequence',
};

/** The views and functions that the script makes, by name. */
const makings = perScript((statements) =>
  byWord(
    statements.flatMap(({ type, fields, start }) => {
      const range = type === 'ViewStmt' ? fields['view'] : as(fields, 'into')?.['rel'];
      if (type === 'CreateFunctionStmt') return [[listName(fields['funcname']).name, start] as const];
      const makes = type === 'ViewStmt' || type === 'CreateTableAsStmt';
      return makes && isNode(range) ? [[rangeName(range).name, start] as const] : [];
    }),
  ),
);

export const banDropView = rule({
  id: 'ban-drop-view',
  title: 'Something that programs may use by name is dropped',
  category: 'compatibility',
  level: 'info',
  on: ['CreateFunctionStmt', 'CreateTableAsStmt', 'DropStmt', 'ViewStmt'],
  options: {},
  *statement({ type, fields, start, end }, _options, _context, { statements }) {
    const kind = kinds[fields['removeType'] as string];
    if (type !== 'DropStmt' || kind === undefined) return;
    for (const name of items(fields['objects']).map(objectName)) {
      const again = makings(statements)
        .get(name.name)
        ?.some((later) => later > end);
      if (again === true) continue;
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
