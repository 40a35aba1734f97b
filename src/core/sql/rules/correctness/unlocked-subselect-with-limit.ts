import { rule, type RuleDocs } from '../../review/rule';
import { as, find, isNode, locationOf } from '../../tree/node';

export const unlockedSubselectWithLimit = rule({
  id: 'unlocked-subselect-with-limit',
  title: 'LIMIT in a sub-select of UPDATE or DELETE may be read more than once',
  category: 'correctness',
  level: 'warning',
  on: ['DeleteStmt', 'SelectStmt', 'UpdateStmt'],
  options: {},
  *statement({ node }) {
    for (const type of ['UpdateStmt', 'DeleteStmt']) {
      for (const change of find(node, type)) {
        if (!isNode(change['whereClause'])) continue;
        for (const link of find(change['whereClause'], 'SubLink')) {
          const select = as(link['subselect'], 'SelectStmt');
          if (!select || select['limitCount'] === undefined || select['lockingClause'] !== undefined)
            continue;
          yield {
            at: { at: locationOf(link) },
            message:
              'Under concurrent writes the sub-select may be evaluated again and pick other rows, so that more rows change than LIMIT says. Add FOR UPDATE, or put it into a MATERIALIZED CTE.',
          };
        }
      }
    }
  },
});

export const docs: RuleDocs = {
  why: 'PostgreSQL may run a sub-select with LIMIT again when a row was changed meanwhile, or join in an order that evaluates it more than once. Queues built so have handed one job to two workers (PostgreSQL bug 15715).',
  fix: 'SELECT … FOR UPDATE [SKIP LOCKED] LIMIT n in the sub-select, or WITH chosen AS MATERIALIZED (…).',
  bad: [
    'DELETE FROM jobs WHERE id IN (SELECT id FROM jobs ORDER BY id LIMIT 10);',
    "UPDATE jobs SET state = 'taken' WHERE id = (SELECT id FROM jobs LIMIT 1);",
  ],
  good: [
    'DELETE FROM jobs WHERE id IN (SELECT id FROM jobs ORDER BY id LIMIT 10 FOR UPDATE);',
    'SELECT * FROM jobs WHERE id IN (SELECT id FROM jobs LIMIT 10);',
  ],
  sources: ['https://www.postgresql.org/message-id/15715-d6a1dde9a2a8d1e4@postgresql.org'],
};
