/** Something that a change may leave in its session, and how the next change would see it. */
export interface PoolLeftover {
  readonly what: string;
  /** What stands in the database already: code that leaves it although the text of the change shows nothing. */
  readonly prepare?: string;
  readonly leave: string;
  /** An expression, and its value in a session in which nothing was left. */
  readonly look: string;
  readonly clean: string;
}

const inBlock = (body: string): string => `do $x$ begin ${body} end $x$`;
const quoted = (sql: string): string => `'${sql.replaceAll("'", "''")}'`;

/** What each leaves, in words of a block. */
const left: readonly (readonly [what: string, body: string, seen: { look: string; clean: string }])[] = [
  [
    'a temporary table',
    `execute 'create temp table left_over (a int)';`,
    { look: `coalesce(to_regclass('pg_temp.left_over')::text, 'none')`, clean: 'none' },
  ],
  [
    'a temporary table in the place of a real one',
    `execute 'create temp table counters (a int)';`,
    {
      look: `(select count(*) from information_schema.columns where table_name = 'counters' and column_name = 'a')`,
      clean: '0',
    },
  ],
  [
    'a temporary function',
    `execute 'create function pg_temp.fooled() returns int language sql as ''select 1''';`,
    { look: `to_regprocedure('pg_temp.fooled()') is null`, clean: 'true' },
  ],
  [
    'a prepared statement',
    `execute 'prepare left_over as select 1';`,
    { look: '(select count(*) from pg_prepared_statements)', clean: '0' },
  ],
  [
    'a cursor WITH HOLD',
    `execute 'declare left_over cursor with hold for select 1';`,
    { look: `(select count(*) from pg_cursors where name = 'left_over')`, clean: '0' },
  ],
  [
    'an advisory lock',
    'perform pg_advisory_lock(7310);',
    { look: 'pg_try_advisory_xact_lock(7310)', clean: 'true' },
  ],
  [
    'a channel that is listened to',
    `execute 'listen left_over';`,
    { look: '(select count(*) from pg_listening_channels())', clean: '0' },
  ],
  [
    'a setting',
    `perform set_config('datestyle', 'German', false);`,
    { look: `current_setting('datestyle')`, clean: 'ISO, MDY' },
  ],
  [
    'a default for transactions',
    `perform set_config('default_transaction_read_only', 'on', false);`,
    { look: `current_setting('default_transaction_read_only')`, clean: 'off' },
  ],
  [
    'the numbers that random() will give',
    'perform setseed(0.25);',
    // The first number after that beginning is always the same.
    {
      look: `random() = (select case when setseed(0.25)::text is not null then random() end)`,
      clean: 'false',
    },
  ],
];

/** SET ROLE and SESSION AUTHORIZATION end before a trigger does; a block of the text can leave them. */
const onlyInText: readonly PoolLeftover[] = [
  {
    what: 'another role',
    leave: inBlock(`perform set_config('ro' || 'le', 'none', false);`),
    look: 'current_user',
    clean: 'shop_app_rw',
  },
];

/**
 * What changes can leave, by their text and by a trigger that their text does not show. `schema` is where tables for the
 * triggers can be made; the approved role gets what it needs on them.
 */
export function poolLeftovers(schema: string, role = 'shop_app_rw'): readonly PoolLeftover[] {
  const byText = left.map(([what, body, seen]) => ({ what, leave: inBlock(body), ...seen }));
  const byTrigger = left.map(([what, body, seen], at) => ({
    what: `${what}, by a trigger`,
    prepare: `create table ${schema}.leaves_${at} (a int);
      create function ${schema}.leaves_${at}() returns trigger language plpgsql as ${quoted(`begin ${body} return new; end`)};
      create trigger leaves before insert on ${schema}.leaves_${at} for each row execute function ${schema}.leaves_${at}();
      grant insert on ${schema}.leaves_${at} to ${role}`,
    leave: `insert into ${schema}.leaves_${at} values (1)`,
    ...seen,
  }));
  return [...byText, ...byTrigger, ...onlyInText.map((one) => ({ ...one, clean: role }))];
}
