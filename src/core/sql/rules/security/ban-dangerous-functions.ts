import { rule, type RuleDocs } from '../../review/rule';

/** Functions that reach beyond the database's own rows: the server's files, other servers, other sessions, the frame of a change. */
const reaches: Readonly<Record<string, string>> = {
  pg_read_file: "reads the server's files",
  pg_read_binary_file: "reads the server's files",
  pg_ls_dir: "lists the server's files",
  pg_ls_logdir: "lists the server's files",
  pg_stat_file: "looks at the server's files",
  lo_import: "reads the server's files",
  lo_export: "writes the server's files",
  lo_unlink: 'removes large objects without looking who uses them',
  lo_put: 'writes large objects past every constraint',
  lo_from_bytea: 'writes large objects past every constraint',
  dblink: 'runs SQL in another session, which is not part of the change',
  dblink_exec: 'runs SQL in another session, which is not part of the change',
  dblink_connect: 'opens a session that is not part of the change',
  dblink_send_query: 'runs SQL in another session, which is not part of the change',
  pg_terminate_backend: "ends other people's sessions",
  pg_cancel_backend: "cancels other people's statements",
  pg_reload_conf: "changes the server's configuration",
  pg_rotate_logfile: "changes the server's log",
  pg_switch_wal: "acts on the server's WAL",
  pg_promote: 'makes a standby a primary',
  pg_drop_replication_slot: 'breaks a replica or a subscriber',
  pg_logical_emit_message: 'writes into the replication stream past every table',
  query_to_xml: 'runs a text as SQL, which the review cannot see',
  cursor_to_xml: 'runs a text as SQL, which the review cannot see',
  database_to_xml: 'reads the whole database',
  pg_advisory_lock: 'takes a lock that outlives the transaction',
  pg_advisory_lock_shared: 'takes a lock that outlives the transaction',
};

export const banDangerousFunctions = rule({
  id: 'ban-dangerous-functions',
  title: 'A function that reaches beyond the database',
  category: 'security',
  level: 'error',
  options: { allowed: [] as string[] },
  *statement({ calls }, { allowed }) {
    for (const { schema, name, location } of calls) {
      const does = reaches[name];
      const ours = schema === null || ['pg_catalog', 'public', 'extensions'].includes(schema);
      if (does === undefined || !ours || allowed.includes(name)) continue;
      yield { at: { at: location }, message: `The function ${name} ${does}; a change may not do that.` };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Some functions leave the transaction: they read and write files of the server, talk to other servers, or act on other sessions. What they do cannot be rolled back, rehearsed or seen in the row counts.',
  fix: 'Do it with the tool that is made for it, under the rules of the people who run the server. If a site needs one of them in changes, the option `allowed` lists it.',
  bad: [
    "SELECT pg_read_file('/etc/passwd');",
    "SELECT * FROM dblink('dbname=other', 'SELECT 1') AS t (a int);",
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity;',
  ],
  good: [
    'SELECT lower(name) FROM customers;',
    { sql: 'SELECT pg_cancel_backend(1);', options: { allowed: ['pg_cancel_backend'] } },
  ],
};
