import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

export const banSystemPrefix = rule({
  id: 'ban-system-prefix',
  title: "A name that belongs to PostgreSQL's own things",
  category: 'naming',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt', 'IndexStmt', 'RenameStmt', 'ViewStmt'],
  options: {},
  *statement(statement) {
    for (const { name, what, location } of newNames(statement)) {
      if (!name.startsWith('pg_')) continue;
      yield {
        at: { at: location },
        message: `Names that begin with pg_ are kept for PostgreSQL itself; a later version may bring its own ${name}, which then is found first (${what}).`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'pg_catalog is searched before every other schema. A table or function of ours called pg_… is hidden on the day when PostgreSQL has one of that name.',
  fix: 'Choose a name without the prefix.',
  bad: ['CREATE TABLE pg_settings_copy (a int);', 'ALTER TABLE t ADD COLUMN pg_id bigint;'],
  good: ['CREATE TABLE settings_copy (a int);', 'ALTER TABLE t ADD COLUMN page_id bigint;'],
};
