import { rule, type RuleDocs } from '../../review/rule';

export const mixDdlDml = rule({
  id: 'mix-ddl-dml',
  title: 'Structure and rows change in one transaction',
  category: 'transaction',
  level: 'info',
  options: {},
  *script({ statements }) {
    const ddl = statements.find(({ type, kind }) => kind === 'ddl' && type === 'AlterTableStmt');
    const rows = ddl && statements.find(({ kind, index }) => kind === 'write' && index > ddl.index);
    if (!ddl || !rows) return;
    yield {
      at: rows,
      message:
        'The lock of the ALTER TABLE before it (mostly ACCESS EXCLUSIVE) is held until these rows are changed too. Two changes keep the lock short.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'Locks are held until COMMIT. An ALTER TABLE that takes a millisecond locks everybody out for as long as the UPDATE after it takes.',
  fix: 'Change the structure in one change and the rows in the next.',
  bad: [
    'ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = 1 WHERE a = 1;',
    'ALTER TABLE t DROP COLUMN b; INSERT INTO t (a) SELECT a FROM old;',
  ],
  good: ['ALTER TABLE t ADD COLUMN b int;', 'CREATE TABLE t (a int); INSERT INTO t (a) VALUES (1);'],
  alsoKnownAs: ['Bytebase: statement.disallow-mix-in-ddl / -dml'],
};
