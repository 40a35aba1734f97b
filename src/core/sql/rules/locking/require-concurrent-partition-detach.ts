import { rule, type RuleDocs } from '../../review/rule';
import { alterActions, definedTable } from '../../tree/tables';
import { nameText } from '../../tree/names';

export const requireConcurrentPartitionDetach = rule({
  id: 'require-concurrent-partition-detach',
  title: 'DETACH PARTITION stops everybody on the parent',
  category: 'locking',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    const table = definedTable(statement);
    for (const action of alterActions(statement)) {
      if (action.type !== 'AT_DetachPartition' || action.definition?.['concurrent'] === true || !table)
        continue;
      const message = `Takes ACCESS EXCLUSIVE on ${nameText(table)}: every query on any partition waits. DETACH PARTITION … CONCURRENTLY does not; it must stand alone in its change.`;
      yield { at: statement, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'DETACH PARTITION locks the parent with ACCESS EXCLUSIVE, so that queries on all partitions wait. With CONCURRENTLY (PostgreSQL 14 and newer) it takes SHARE UPDATE EXCLUSIVE and two short transactions.',
  fix: 'ALTER TABLE … DETACH PARTITION … CONCURRENTLY, alone in its change.',
  bad: [
    'ALTER TABLE events DETACH PARTITION events_2024;',
    'ALTER TABLE log.events DETACH PARTITION log.old;',
  ],
  good: [
    'ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;',
    'ALTER TABLE events ADD COLUMN a int;',
  ],
  alsoKnownAs: ['squawk: require-concurrent-partition-detach'],
};
