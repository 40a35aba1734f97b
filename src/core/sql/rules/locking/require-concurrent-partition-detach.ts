import { findTable } from '../../facts/schema-snapshot';
import { reachOf } from '../../locks/reach';
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
  *statement(statement, _options, { schema }) {
    const table = definedTable(statement);
    const known = table && findTable(schema, table);
    const rest =
      known &&
      reachOf(schema)
        .children(known)
        .some(({ defaultPartition }) => defaultPartition);
    for (const action of alterActions(statement)) {
      if (action.type !== 'AT_DetachPartition' || action.definition?.['concurrent'] === true || !table)
        continue;
      const way = rest
        ? 'CONCURRENTLY is refused while it has a default partition: run it when few queries do.'
        : 'DETACH PARTITION … CONCURRENTLY does not; it must stand alone in its change.';
      const message = `Takes ACCESS EXCLUSIVE on ${nameText(table)}: every query on any partition waits. ${way}`;
      yield { at: statement, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'DETACH PARTITION locks the parent with ACCESS EXCLUSIVE, so that queries on all partitions wait. With CONCURRENTLY (PostgreSQL 14 and newer) it takes SHARE UPDATE EXCLUSIVE there, in two transactions, and waits between them for whoever uses the parent; only the partition itself is locked with ACCESS EXCLUSIVE, at the end. A CHECK of its bounds stays on it. PostgreSQL refuses CONCURRENTLY while there is a default partition.',
  fix: 'ALTER TABLE … DETACH PARTITION … CONCURRENTLY, alone in its change. The executor runs it; when it is ended between the two transactions, it ends it with FINALIZE.',
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
