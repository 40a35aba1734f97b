import { rule, type RuleDocs } from '../../review/rule';

export const banDropDatabase = rule({
  id: 'ban-drop-database',
  title: 'A dropped database is gone with everything in it',
  category: 'data-loss',
  level: 'error',
  on: ['DropdbStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'DropdbStmt') return;
    const { dbname } = fields;
    const name = typeof dbname === 'string' ? dbname : '';
    yield {
      at: { start, end },
      message: `Drops the database ${name} with everything in it; it is no change of a schema or of data, and no change request should do it.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'DROP DATABASE removes the files of a whole database, cannot run in a transaction and cannot be undone. The executor refuses it.',
  fix: 'Databases are created and removed by whoever runs the server, with its own tools and approvals.',
  bad: ['DROP DATABASE shop;', 'DROP DATABASE IF EXISTS shop WITH (FORCE);'],
  good: ['DROP TABLE old_orders;', 'CREATE SCHEMA reporting;'],
  alsoKnownAs: ['squawk: ban-drop-database'],
};
