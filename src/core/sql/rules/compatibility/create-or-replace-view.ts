import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';

export const createOrReplaceView = rule({
  id: 'create-or-replace-view',
  title: 'A replaced view changes what its readers get',
  category: 'compatibility',
  level: 'info',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'ViewStmt' || fields['replace'] !== true || !isNode(fields['view'])) return;
    yield {
      at: { start, end },
      message: `Readers of ${nameText(rangeName(fields['view']))} get the new query at COMMIT, and the old one is nowhere kept. Put its present text into the rollback.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'CREATE OR REPLACE keeps the name and the rights and throws the old query away. A rollback needs its text.',
  fix: 'Write the present definition (pg_get_viewdef) into the rollback of the change.',
  bad: [
    'CREATE OR REPLACE VIEW open_orders AS SELECT 1 AS id;',
    'CREATE OR REPLACE VIEW shop.v (a) AS VALUES (1);',
  ],
  good: ['CREATE VIEW open_orders AS SELECT 1 AS id;', 'ALTER VIEW open_orders RENAME TO v;'],
};
