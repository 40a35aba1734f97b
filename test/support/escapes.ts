/** Approved SQL that tries to get out of what it may do. */
export interface Escape {
  readonly area: 'ledger' | 'login' | 'server' | 'frame' | 'transaction' | 'read-only';
  readonly what: string;
  readonly sql: string;
  /** Asked before COMMIT, where the attempt is against that. */
  readonly verification?: string;
}

/** What a database is called in which the attempts are made. */
export interface Names {
  /** The approved role, and one that it is no member of. */
  readonly role: string;
  readonly other: string;
  readonly schema: string;
  /** A table that the role may read, and the login may not. */
  readonly table: string;
}

/** SQL that hides its words from the parser, as an attacker would. */
export const hidden = (sql: string): string => `do $x$ begin execute '${sql.replaceAll("'", "''")}'; end $x$`;
/** The same as the login itself, which RESET ROLE does not reach but SET ROLE NONE does. */
export const asLogin = (sql: string): string =>
  `do $x$ begin perform set_config('ro' || 'le', 'none', true); execute ${sql}; end $x$`;
const quoted = (sql: string): string => `'${sql.replaceAll("'", "''")}'`;
/** With the own login's name in place of %I. */
export const onSelf = (sql: string): string => asLogin(`format(${quoted(sql)}, session_user)`);
export const asLoginPlain = (sql: string): string => asLogin(quoted(sql));
/** Back to the login, which may call the ledger functions. */
export const blockAsLogin = (body: string): string =>
  `do $x$ begin perform set_config('ro' || 'le', 'none', true); ${body} end $x$`;

const beginOther = `perform querychange.begin_execution('ari:other', 'victim', 1, 'apply', 'x', 1, 1, 'o', 'd', 'V-1', now() + interval '1 hour', interval '1 day');`;
/** A trigger that fires when the constraints are forced before COMMIT, or at COMMIT. */
const deferred = (body: string, before = ''): string =>
  `create temp table qc_late (a int);
   create function pg_temp.qc_late() returns trigger language plpgsql as $f$ begin ${body} return null; end $f$;
   create constraint trigger late after insert on qc_late deferrable initially deferred for each row
     execute function pg_temp.qc_late();
   insert into qc_late values (1)${before}`;

const ledger: readonly (readonly [what: string, sql: string])[] = [
  ['delete rows of the ledger', 'delete from querychange.ledger'],
  ['update rows of the ledger', "update querychange.ledger set status = 'running'"],
  ['insert a row', 'insert into querychange.ledger default values'],
  ['truncate the ledger', hidden('truncate querychange.ledger')],
  ['drop the schema', 'drop schema querychange cascade'],
  [
    'replace a function',
    "create or replace function querychange.schema_version() returns int language sql as 'select 2'",
  ],
  [
    'put a trigger on the ledger',
    'create trigger t before insert on querychange.ledger execute function suppress_redundant_updates_trigger()',
  ],
  ['call a ledger function as the approved role', "select querychange.get_execution('a', 'b', 1, 'apply')"],
  ['become the owner of the ledger', hidden('set role querychange_owner')],
  ['become the owner of the ledger as the login', blockAsLogin(`execute 'set role querychange_owner';`)],
  ['become superuser', hidden('set session authorization postgres')],
  ['delete rows as the login', blockAsLogin('delete from querychange.ledger;')],
  ['begin another execution inside this one', blockAsLogin(beginOther)],
  ['commit from inside', hidden('commit')],
  ['switch off row protection', "set local session_replication_role = 'replica'"],
  ['delete rows of the ledger in a deferred trigger', deferred('delete from querychange.ledger;')],
  [
    'begin another execution in a deferred trigger',
    deferred(`perform set_config('ro' || 'le', 'none', true); ${beginOther}`),
  ],
];

const login = ({ role, other, schema, table }: Names): readonly (readonly [what: string, sql: string])[] => [
  ['SET ROLE to another', hidden(`set role ${other}`)],
  ['SET ROLE to another, as the login', asLoginPlain(`set role ${other}`)],
  ['SET ROLE to who makes logins', asLoginPlain('set role querychange_owner')],
  ['SET SESSION AUTHORIZATION', hidden('set session authorization postgres')],
  ["set_config('role')", `do $x$ begin perform set_config('ro' || 'le', '${other}', true); end $x$`],
  ['VALID UNTIL', onSelf(`alter role %I valid until 'infinity'`)],
  ['LOGIN again', onSelf('alter role %I login')],
  ['a higher connection limit', onSelf('alter role %I connection limit 10')],
  ['CREATEROLE', onSelf('alter role %I createrole')],
  ['rename', onSelf('alter role %I rename to somebody')],
  ['give the approved role away', hidden(`grant ${role} to public`)],
  ['a role of its own', asLoginPlain('create role mine login')],
  ['CREATE in public as the login', asLoginPlain('create table public.mine (a int)')],
  ['CREATE in the schema as the login', asLoginPlain(`create table ${schema}.mine_too (a int)`)],
  ['CREATE SCHEMA as the login', asLoginPlain('create schema mine')],
  ['read the tables as the login', asLoginPlain(`select * from ${table}`)],
  ['read passwords', 'select rolpassword from pg_authid'],
  ['read passwords as the login', asLoginPlain('select rolpassword from pg_authid')],
  ['read the ledger as the login', asLoginPlain(`select querychange.get_execution('a', 'b', 1, 'apply')`)],
  ['a temporary table as the login', asLoginPlain('create temp table mine (a int)')],
];

const server: readonly (readonly [what: string, sql: string])[] = [
  ['COPY PROGRAM', `copy (select 1) to program 'id'`],
  ['COPY PROGRAM, hidden', hidden(`copy (select 1) to program 'id'`)],
  ['COPY to a file of the server', hidden(`copy (select 1) to '/tmp/qc-escape'`)],
  ['read a file of the server', `select pg_read_file('/etc/passwd')`],
  ['list a folder of the server', `select pg_ls_dir('/')`],
  ['import a file as a large object', `select lo_import('/etc/passwd')`],
  ['LOAD a library', hidden(`load 'auto_explain'`)],
  ['an untrusted function', hidden(`create function pg_temp.f() returns void language c as 'libc', 'abort'`)],
  ['ALTER SYSTEM', hidden(`alter system set fsync = off`)],
  ['reload the configuration', 'select pg_reload_conf()'],
  ['change a password', `alter role postgres password 'known'`],
  ['change a password, hidden', hidden(`alter role postgres password 'known'`)],
  ['a setting for every session', hidden(`alter database postgres set statement_timeout = 0`)],
  ['an extension that opens connections', hidden('create extension dblink')],
];

const frame: readonly (readonly [what: string, sql: string])[] = [
  ['statement_timeout off', 'set local statement_timeout = 0'],
  ['lock_timeout off by set_config', `select set_config('lock_timeout', '0', true)`],
  ['a computed setting', `select set_config('statement' || '_timeout', '0', true)`],
  ['synchronous_commit off', 'set local synchronous_commit = off'],
  ['another search_path', 'set local search_path = pg_temp'],
  ['another encoding', `set local client_encoding = 'SQL_ASCII'`],
  ['RESET ALL', 'reset all'],
  ['DISCARD ALL', 'discard all'],
];

const transaction: readonly (readonly [what: string, sql: string])[] = [
  ['COMMIT between statements', 'commit; begin'],
  ['ROLLBACK and go on', 'rollback; begin'],
  ['two statements in one message', hidden('select 1; commit; select 2')],
  ['PREPARE TRANSACTION', `prepare transaction 'qc'`],
  ['COMMIT in a DO block', 'do $x$ begin commit; end $x$'],
  ['a savepoint of ours', 'rollback to savepoint querychange_verification'],
  ['a cursor WITH HOLD', 'declare c cursor with hold for select 1'],
];

const shadow = (table: string): Escape => ({
  area: 'transaction',
  what: 'a temporary table in place of the one that is verified',
  sql: `create temp table ${table} (a int)`,
  verification: `select count(*) = 0 from ${table}`,
});

const readOnly: readonly (readonly [what: string, sql: string])[] = [
  ['write in a block', hidden('create temp table t as select 1; drop table t; delete from marks')],
  ['READ WRITE again', hidden('set transaction read write')],
  ['a large object', 'select lo_create(0)'],
  ['lock rows', 'select * from counters for update'],
  ['a setting that allows writes', `select set_config('transaction_read_only', 'off', true)`],
];

const named = (
  area: Escape['area'],
  list: readonly (readonly [what: string, sql: string])[],
): readonly Escape[] => list.map(([what, sql]) => ({ area, what, sql }));

/** Attempts on a connection that takes changes. Each must be refused or fail, and with it the whole change. */
export function escapes(names: Names): readonly Escape[] {
  return [
    ...named('ledger', ledger),
    ...named('login', login(names)),
    ...named('server', server),
    ...named('frame', frame),
    ...named('transaction', transaction),
    shadow(names.table),
  ];
}

/** Attempts to write on a connection that only reads. */
export const readOnlyEscapes: readonly Escape[] = named('read-only', readOnly);
