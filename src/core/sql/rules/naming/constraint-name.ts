import { rule, type RuleDocs } from '../../review/rule';
import { nameText } from '../../tree/names';
import { newConstraints } from '../../tree/tables';

const named: Readonly<Record<string, string>> = {
  CONSTR_CHECK: 'CHECK',
  CONSTR_FOREIGN: 'foreign key',
  CONSTR_UNIQUE: 'unique constraint',
  CONSTR_EXCLUSION: 'exclusion constraint',
};

export const constraintName = rule({
  id: 'constraint-name',
  title: 'A constraint without a name of its own',
  category: 'naming',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { type, table, fields, location, inNewTable } of newConstraints(statement)) {
      const what = named[type];
      if (what === undefined || inNewTable || typeof fields['conname'] === 'string') continue;
      yield {
        at: { at: location },
        message: `The ${what} on ${nameText(table)} has no name; PostgreSQL makes one up, and VALIDATE or DROP CONSTRAINT later has to guess it.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A constraint is spoken of by its name: in error messages that programs read, in VALIDATE and in DROP. A generated one may differ between environments.',
  fix: 'ADD CONSTRAINT a_name CHECK (…).',
  bad: [
    'ALTER TABLE orders ADD CHECK (total >= 0) NOT VALID;',
    'ALTER TABLE orders ADD COLUMN c bigint REFERENCES customers (id);',
  ],
  good: [
    'ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total >= 0) NOT VALID;',
    'CREATE TABLE t (a int CHECK (a > 0));',
  ],
  alsoKnownAs: ['Bytebase: naming.index.fk', 'Bytebase: naming.index.uk'],
};
