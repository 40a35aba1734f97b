import { rule, type RuleDocs } from '../../review/rule';

export const requireConcurrentIndexDeletion = rule({
  id: 'require-concurrent-index-deletion',
  title: 'DROP INDEX waits for, and then stops, everybody on the table',
  category: 'locking',
  level: 'warning',
  on: ['DropStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'DropStmt' || fields['removeType'] !== 'OBJECT_INDEX' || fields['concurrent'] === true)
      return;
    const message =
      'Takes ACCESS EXCLUSIVE on the index and on its table: it waits for every running query, and all new ones wait behind it. DROP INDEX CONCURRENTLY does not; it must stand alone in its change.';
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'DROP INDEX needs an ACCESS EXCLUSIVE lock on the table. One long SELECT is enough to make it wait, and everything that comes later waits behind it.',
  fix: 'DROP INDEX CONCURRENTLY, alone in its change.',
  bad: ['DROP INDEX orders_status;', 'DROP INDEX IF EXISTS shop.a, shop.b;'],
  good: ['DROP INDEX CONCURRENTLY orders_status;', 'DROP VIEW open_orders;'],
  alsoKnownAs: ['squawk: require-concurrent-index-deletion'],
};
