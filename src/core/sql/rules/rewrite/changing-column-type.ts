import { rule, type RuleDocs } from '../../review/rule';
import { keepsStoredForm } from '../../effects/column-types';
import { findTable, snapshotOf } from '../../facts/schema-snapshot';
import { nameText, typeText } from '../../tree/names';
import { isNode } from '../../tree/node';
import { alterActions, createdBefore, definedTable } from '../../tree/tables';

export const changingColumnType = rule({
  id: 'changing-column-type',
  title: 'A new column type usually writes the whole table anew',
  category: 'rewrite',
  level: 'warning',
  options: {},
  *statement(statement, _options, { schema }, { statements }) {
    const table = definedTable(statement);
    if (!table || createdBefore(statements, statement.index, table)) return;
    for (const { type, name, definition, location } of alterActions(statement)) {
      if (type !== 'AT_AlterColumnType') continue;
      const before = findTable(schema, table)?.columns.find((column) => column.name === name)?.type;
      const target = definition?.['typeName'];
      const computed = isNode(definition?.['raw_default']);
      if (before !== undefined && !computed && keepsStoredForm(before, target)) continue;
      const message = `Changing ${nameText(table)}.${name} to ${typeText(definition?.['typeName'])} may write every row and every index anew under ACCESS EXCLUSIVE, and programs that expect the old type meet the new one at once.`;
      yield { at: { at: location }, message };
    }
  },
});

const notes = /* @__PURE__ */ snapshotOf({
  v: 1,
  serverMajor: 18,
  searchPath: ['shop'],
  tables: [
    {
      schema: 'shop',
      name: 'notes',
      kind: 'table',
      rows: 10,
      bytes: 8192,
      columns: [
        { name: 'body', type: 'character varying(40)', notNull: false, hasDefault: false, label: null },
      ],
      primaryKey: [],
      indexes: [],
      foreignKeys: [],
    },
  ],
});

export const docs: RuleDocs = {
  why: 'Except for a few changes that keep the stored form (varchar to text, a longer varchar, a wider numeric), ALTER COLUMN … TYPE copies the table and builds its indexes again while nobody can read it. Views that use the column make it fail.',
  fix: 'Add a new column, fill it in batches, keep both alike with a trigger, switch the programs, drop the old one. For the changes that keep the form, waive the finding; with a schema snapshot they are no finding.',
  bad: [
    'ALTER TABLE orders ALTER COLUMN id TYPE bigint;',
    'ALTER TABLE shop.orders ALTER total SET DATA TYPE text USING total::text;',
  ],
  good: [
    'ALTER TABLE orders ADD COLUMN id_new bigint;',
    'CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint;',
    { sql: 'ALTER TABLE notes ALTER body TYPE varchar(80);', context: { schema: notes } },
  ],
  alsoKnownAs: ['squawk: changing-column-type', 'Bytebase: column.disallow-changing-type'],
};
