import { rule, type RuleDocs } from '../../review/rule';
import { mayBeSame, nameText, typeText } from '../../tree/names';
import { alterActions, createdBefore, definedTable } from '../../tree/tables';

export const changingColumnType = rule({
  id: 'changing-column-type',
  title: 'A new column type usually writes the whole table anew',
  category: 'rewrite',
  level: 'warning',
  options: {},
  *statement(statement, _options, _context, { statements }) {
    const table = definedTable(statement);
    if (!table || createdBefore(statements, statement.index).some((name) => mayBeSame(name, table))) return;
    for (const { type, name, definition, location } of alterActions(statement)) {
      if (type !== 'AT_AlterColumnType') continue;
      const message = `Changing ${nameText(table)}.${name} to ${typeText(definition?.['typeName'])} may write every row and every index anew under ACCESS EXCLUSIVE, and programs that expect the old type meet the new one at once.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Except for a few changes that keep the stored form (varchar to text, a longer varchar, a wider numeric), ALTER COLUMN … TYPE copies the table and builds its indexes again while nobody can read it. Views that use the column make it fail.',
  fix: 'Add a new column, fill it in batches, keep both alike with a trigger, switch the programs, drop the old one. For the changes that keep the form, waive the finding.',
  bad: [
    'ALTER TABLE orders ALTER COLUMN id TYPE bigint;',
    'ALTER TABLE shop.orders ALTER total SET DATA TYPE text USING total::text;',
  ],
  good: [
    'ALTER TABLE orders ADD COLUMN id_new bigint;',
    'CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint;',
  ],
  alsoKnownAs: ['squawk: changing-column-type', 'Bytebase: column.disallow-changing-type'],
};
