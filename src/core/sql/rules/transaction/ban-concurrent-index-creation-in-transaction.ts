import { rule, type RuleDocs } from '../../review/rule';
import { nonTransactional } from '../../facts/transactional';

export const banConcurrentIndexCreationInTransaction = rule({
  id: 'ban-concurrent-index-creation-in-transaction',
  title: 'This statement must stand alone in its change',
  category: 'transaction',
  level: 'error',
  options: {},
  *statement(statement, _options, _context, { statements }) {
    const name = nonTransactional(statement);
    if (name === null || statements.length === 1) return;
    yield {
      at: statement,
      message: `${name} cannot run inside a transaction, and the statements of a change are one. Put it into a change of its own.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'CREATE INDEX CONCURRENTLY, VACUUM and a few others commit by themselves and refuse to run inside a transaction block (25001). Beside other statements they would make "all or nothing" untrue.',
  fix: 'One change for this statement, another for the rest.',
  bad: ['CREATE INDEX CONCURRENTLY i ON t (a); UPDATE t SET a = 1 WHERE b = 1;', 'SELECT 1; VACUUM orders;'],
  good: ['CREATE INDEX CONCURRENTLY i ON t (a);', 'CREATE INDEX i ON t (a); UPDATE t SET a = 1 WHERE b = 1;'],
  alsoKnownAs: [
    'squawk: ban-concurrent-index-creation-in-transaction',
    'Bytebase: statement.non-transactional',
  ],
};
