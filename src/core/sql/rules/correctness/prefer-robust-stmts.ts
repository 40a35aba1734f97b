import { rule, type RuleDocs } from '../../review/rule';

export const preferRobustStmts = rule({
  id: 'prefer-robust-stmts',
  title: 'A statement that cannot run inside a transaction should bear being run again',
  category: 'correctness',
  level: 'info',
  on: ['DropStmt', 'IndexStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    const create = type === 'IndexStmt' && fields['concurrent'] === true && fields['if_not_exists'] !== true;
    const drop = type === 'DropStmt' && fields['concurrent'] === true && fields['missing_ok'] !== true;
    if (!create && !drop) return;
    const words = create ? 'IF NOT EXISTS' : 'IF EXISTS';
    yield {
      at: { start, end },
      message: `CONCURRENTLY cannot be rolled back: after a failure part of it may be there. With ${words} the statement can be run again.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Everything else in a change is undone when it fails. CREATE and DROP INDEX CONCURRENTLY are not: an invalid index may stay behind, and a second run stops at it.',
  fix: 'CREATE INDEX CONCURRENTLY IF NOT EXISTS, after a look for an invalid index of that name; DROP INDEX CONCURRENTLY IF EXISTS.',
  bad: ['CREATE INDEX CONCURRENTLY i ON orders (status);', 'DROP INDEX CONCURRENTLY i;'],
  good: [
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (status);',
    'DROP INDEX CONCURRENTLY IF EXISTS i;',
  ],
  alsoKnownAs: ['squawk: prefer-robust-stmts'],
};
