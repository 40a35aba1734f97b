import { findSecret } from '../../../executor/sql/secrets';

const found: readonly [sql: string, what: string, position: number][] = [
  ["create role app login password 'hunter2'", 'CREATE ROLE … PASSWORD', 23],
  ["create user app with encrypted password 'hunter2'", 'CREATE ROLE … PASSWORD', 22],
  ["select 1;\n-- ü\nalter role app password 'SCRAM-SHA-256$4096:x$y:z'", 'ALTER ROLE … PASSWORD', 31],
  ["alter user app valid until 'infinity' password 'x'", 'ALTER ROLE … PASSWORD', 39],
  [
    "create user mapping for app server s options (user 'u', password 'hunter2')",
    'CREATE USER MAPPING … OPTIONS (password)',
    57,
  ],
  [
    "alter user mapping for app server s options (set password 'hunter2')",
    'ALTER USER MAPPING … OPTIONS (password)',
    50,
  ],
  ["create server s foreign data wrapper w options (api_key 'k')", 'CREATE SERVER … OPTIONS (api_key)', 49],
  [
    "alter server s options (add aws_secret_access_key 'k')",
    'ALTER SERVER … OPTIONS (aws_secret_access_key)',
    29,
  ],
  [
    "create subscription s connection 'host=h password=x' publication p",
    'CREATE SUBSCRIPTION … CONNECTION',
    1,
  ],
  ["alter subscription s connection 'postgres://u:x@h/d'", 'ALTER SUBSCRIPTION … CONNECTION', 1],
  ["alter system set primary_conninfo = 'host=h password = x'", 'ALTER SYSTEM', 37],
  ["select dblink_connect('c', 'host=h user=u password=x')", 'dblink_connect', 8],
  ["select * from public.dblink('password=x', 'select 1') as t (a int)", 'dblink', 15],
  ["select dblink_exec('postgres://u:x@h/d', 'select 1')", 'dblink_exec', 8],
  ["update settings set value = 'amqp://guest:guest@mq:5672/'", 'a URL with a password', 29],
  ["insert into t values ('see redis://:x@cache/0')", 'a URL with a password', 23],
  ["update users set hash = crypt('hunter2', gen_salt('bf'))", 'a key for crypt', 25],
  ["select pgp_sym_decrypt(body, 'key'::text) from t", 'a key for pgp_sym_decrypt', 8],
  ["do $$ begin create role a password 'x'; end $$", 'PASSWORD in the body of DO', 4],
  ["do $$ begin execute 'alter role a password ''x'''; end $$", 'PASSWORD in the body of DO', 4],
  ["do $a$ begin execute $b$ alter role a password 'x' $b$; end $a$", 'PASSWORD in the body of DO', 4],
  ["do $$ begin perform dblink_connect('password=x'); end $$", 'a connection string in the body of DO', 4],
  [
    "create function f() returns void language sql as 'alter role a password ''x'''",
    'PASSWORD in the body of a function',
    47,
  ],
  ["with a as (select dblink_connect('password=x')) select * from a", 'dblink_connect', 19],
];

const clean: readonly string[] = [
  'alter role app password null',
  'create role app login valid until $$2027-01-01$$',
  "create user mapping for app server s options (user 'u', password_required 'false')",
  'alter user mapping for app server s options (drop password)',
  "create server s foreign data wrapper postgres_fdw options (host 'h', use_remote_estimate 'true')",
  "create subscription s connection 'host=h passfile=/etc/pass' publication p",
  "select dblink_connect('host=h user=u')",
  "update users set password = 'x' where id = 1",
  "update help set body = 'Your password = what you chose'",
  "insert into links values ('https://example.com:443/a?b=c@d'), ('mailto:a:b@c'), ('http://a@b/c')",
  'update users set hash = crypt(new_password, gen_salt($$bf$$))',
  'select pgp_sym_decrypt(body, current_setting($$app.key$$)) from t',
  'create table accounts (password text, token text, api_key text)',
  'comment on column users.password is $$a hash of the password$$',
  "do $$ begin execute format('alter role a password %L', current_setting('app.new')); end $$",
  "do $$ begin raise notice 'no password'; end $$",
  'create function password(a text) returns text language sql as $$ select a $$',
  'this does not parse',
];

test.each(found)('%s', async (sql, what, position) => {
  expect(await findSecret(sql)).toEqual({ what, position });
});

test.each(clean)('holds no secret: %s', async (sql) => expect(await findSecret(sql)).toBeNull());
