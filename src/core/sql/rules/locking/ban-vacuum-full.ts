import { rule, type RuleDocs } from '../../review/rule';
import { hasOption } from '../../tree/tables';

export const banVacuumFull = rule({
  id: 'ban-vacuum-full',
  title: 'VACUUM FULL locks everybody out while it writes the table anew',
  category: 'locking',
  level: 'error',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'VacuumStmt' || fields['is_vacuumcmd'] !== true || !hasOption(fields['options'], 'full'))
      return;
    const message =
      'VACUUM FULL writes the table anew under ACCESS EXCLUSIVE: nobody can read or write it until the end, and it needs room for a second copy. Plain VACUUM lets everybody go on; pg_repack shrinks a table without the lock.';
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'VACUUM FULL copies the table and every index into new files and holds an ACCESS EXCLUSIVE lock until it is done: for a large table that is hours in which not even a SELECT gets through.',
  fix: 'Use VACUUM, which makes the room usable again without a lock that matters. To give room back to the file system, use pg_repack, or a maintenance window that is long enough.',
  bad: ['VACUUM FULL orders;', 'VACUUM (FULL, ANALYZE) shop.orders;'],
  good: ['VACUUM orders;', 'VACUUM (ANALYZE) shop.orders;'],
  alsoKnownAs: ['squawk: prefer-repack'],
};
