import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';
import { newConstraints } from '../../tree/tables';

/** `fk_del_action` of CASCADE (pg_constraint.confdeltype). */
const cascade = 'c';

export const banOnDeleteCascade = rule({
  id: 'ban-on-delete-cascade',
  title: 'ON DELETE CASCADE removes rows that no statement names',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { type, table, fields, location } of newConstraints(statement)) {
      if (type !== 'CONSTR_FOREIGN' || fields['fk_del_action'] !== cascade || !isNode(fields['pktable']))
        continue;
      const other = nameText(rangeName(fields['pktable']));
      yield {
        at: { at: location },
        message: `Every DELETE in ${other} will remove rows of ${nameText(table)} as well, without saying so and without a limit.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A DELETE of one row may remove thousands elsewhere, through several tables. Reviewers of that DELETE do not see it, and the executor cannot undo it by itself.',
  fix: 'ON DELETE RESTRICT (or nothing), and delete the dependent rows by name.',
  bad: [
    'CREATE TABLE items (order_id bigint REFERENCES orders (id) ON DELETE CASCADE);',
    'ALTER TABLE items ADD CONSTRAINT f FOREIGN KEY (order_id) REFERENCES shop.orders (id) ON DELETE CASCADE NOT VALID;',
  ],
  good: [
    'CREATE TABLE items (order_id bigint REFERENCES orders (id));',
    'CREATE TABLE items (order_id bigint REFERENCES orders (id) ON DELETE SET NULL);',
  ],
  alsoKnownAs: ['Bytebase: statement.disallow-on-delete-cascade'],
};
