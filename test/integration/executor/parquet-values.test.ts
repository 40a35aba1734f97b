import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type PoolClient } from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../../executor/embedded/launcher';
import { exportColumns } from '../../../executor/export/columns';
import { copyOut } from '../../../executor/export/copy-out';
import { createExportFile, type ExportFile } from '../../../executor/export/export-file';
import { formatWriter } from '../../../executor/export/format-writer';
import { copyText } from '../../../executor/export/wrap';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/local/temporary-folder';
import { readParquet, type ReadParquet } from './support/parquet';

const setUp = `
  create type mood as enum ('glad', 'sad, "very"');
  create type pair as (a int, b text);
  create domain moment as timestamptz check (value > '1900-01-01');
  create domain short as varchar(3);
  create function told(pair) returns text language sql as 'select ''cast''';
  create cast (pair as text) with function told(pair)`;

/** Every type with the values at its ends; the second half of a column is a NULL and ordinary ones. */
const columns: Readonly<Record<string, readonly [type: string, values: readonly string[]]>> = {
  i2: ['int2', ['-32768', '32767', '0']],
  i4: ['int4', ['-2147483648', '2147483647', '0']],
  i8: ['int8', ['-9223372036854775808', '9223372036854775807', '9007199254740993']],
  f4: ['float4', ['NaN', '-Infinity', 'Infinity', '-0', '1e-45', '3.4028235e38', '0.1', '0']],
  f8: ['float8', ['NaN', '-Infinity', 'Infinity', '-0', '5e-324', '1.7976931348623157e308', '0.1', '0']],
  b: ['bool', ['t', 'f']],
  t: [
    'text',
    ['', ' ', '\ufeffbom', 'a\u0000b'.replace('\u0000', '\u0001'), 'tab\tline\r\n\\N', 'ü🎉', '=1+1'],
  ],
  vc: ['varchar(9)', ['', 'x', 'trailing ']],
  bp: ['char(5)', ['ab', '', 'ü']],
  nm: ['name', ['n', 'a"b']],
  ch: ['"char"', ['x', '']],
  by: ['bytea', ['\\x', '\\x00ff10', '\\x504152310a']],
  d: ['date', ['4713-01-01 BC', '5874897-12-31', '0001-12-31 BC', '1969-12-31', '1970-01-01', '2000-01-01']],
  ts: [
    'timestamp',
    [
      '4713-01-01 BC',
      '294246-12-31 23:59:59.999999',
      '1969-12-31 23:59:59.999999',
      '2024-02-29 12:00:00.000001',
    ],
  ],
  tz: ['timestamptz', ['4713-01-02 BC', '294246-12-31 23:59:59.999999+00', '2024-03-31 02:30:00.123456+02']],
  mo: ['moment', ['2024-02-29 12:00:00.000001+00']],
  sh: ['short', ['abc', '']],
  n: ['numeric', ['NaN', 'Infinity', '-0.000', '123456789012345678901234567890.123456789', '1e100', '0.10']],
  u: ['uuid', ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-4fff-8fff-ffffffffffff']],
  j: ['json', ['{"b":1,\n "b": 2e400, "a":"\\u0041"}', 'null', '12345678901234567890']],
  jb: ['jsonb', ['{"b": 1, "a": [1, 2.50]}', 'null']],
  ai: ['int[]', ['{}', '{1,NULL,3}', '[2:3]={4,5}']],
  at: ['text[]', ['{"a,b","c\\"d",NULL,"NULL"}', '{{a},{b}}']],
  iv: ['interval', ['1 year -2 days 03:04:05.678901', '-00:00:01']],
  tm: ['time', ['24:00:00', '00:00:00.000001']],
  tt: ['timetz', ['12:00:00+05:30']],
  ip: ['inet', ['10.0.0.1', '10.0.0.1/8', '::1']],
  bi: ['bit varying', ['101', '']],
  en: ['mood', ['glad', 'sad, "very"']],
  co: ['pair', ['(1,"a b")', '(,)']],
  oi: ['oid', ['4294967295', '0']],
  mn: ['money', ['-$1,234.56']],
  ra: ['int4range', ['[1,5)', 'empty']],
};
const names = Object.keys(columns);
const manyRows = 20_000;
const sql = `select id, ${names.join(', ')}, 7 as seven, null as none, repeat(t, case when id = 3 then 2000000 when id % 1999 = 1 then 100000 else 0 end) as wide from every order by id`;

interface Server {
  readonly client: Client;
  readonly close: () => Promise<void>;
}

async function start(binaries?: string): Promise<Server> {
  const folder = await temporaryFolder('parquet');
  const server = await startEmbeddedPostgres({
    dataDir: folder.path,
    ...(binaries === undefined ? {} : { binaries }),
  });
  const client = new Client({ connectionString: server.superuserUrl('postgres') });
  await client.connect();
  return { client, close: async () => closeAll(client, server, folder) };
}

async function closeAll(client: Client, server: EmbeddedPostgres, folder: TemporaryFolder): Promise<void> {
  await client.end();
  await server.stop();
  await folder.remove();
}

/** One row for each value at an end, one of NULLs, then ordinary rows. */
async function fill(client: Client): Promise<void> {
  await client.query(setUp);
  const defined = names.map((name) => `${name} ${columns[name]?.[0]}`);
  await client.query(`create table every (id int primary key, ${defined.join(', ')})`);
  const ends = Math.max(...names.map((name) => columns[name]?.[1].length ?? 0));
  const places = names.map((_name, at) => `$${at + 2}`).join(', ');
  for (let at = 0; at <= ends; at += 1) {
    const values = names.map((name) => columns[name]?.[1][at] ?? null);
    await client.query(`insert into every values ($1, ${places})`, [at, ...values]);
  }
  await client.query(`insert into every (id, i2, i8, f4, f8, b, t, d, ts, tz, n, j)
    select n, n % 100, n * 1000003::bigint * 1000003, case when n % 2 = 0 then 0 else float4 '-0' end, n / 7.0, n % 3 = 0, case when n % 5 > 0 then 'text ' || n % 50 end,
      date '1990-01-01' + n % 20000, timestamp '1890-01-01' + n * interval '1 hour 1 microsecond',
      timestamptz '2001-01-01' - n * interval '1 minute', n / 3.0, to_json(n) from generate_series(${ends + 1}, ${manyRows - 1}) n`);
}

async function write(
  client: Client,
  text: string,
  folder: string,
): Promise<{ file: ExportFile; path: string }> {
  const session = client as unknown as PoolClient;
  const described = await exportColumns(session, { text, node: {} }, null);
  const path = join(folder, `${Math.random()}.parquet`);
  const file = await createExportFile(path, { maxBytes: 1e9, maxRows: 1e7 });
  const writer = formatWriter('parquet', file, described);
  writer.begin();
  const sink = {
    rows: (bytes: Buffer, count: number) => writer.rows(bytes, count),
    pressure: () => file.pressure(),
  };
  await copyOut(session, copyText(text, described, 'parquet'), sink, 60_000);
  writer.end();
  await file.finish();
  return { file, path };
}

/** A value of the file in the words of the database. */
function asTold(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const type = columns[name]?.[0] ?? '';
  if (type === 'bool') return value === true ? 't' : 'f';
  if (type === 'bytea') return `\\x${Buffer.from(value as Uint8Array).toString('hex')}`;
  return typeof value === 'bigint' || (typeof value === 'number' && !type.startsWith('float'))
    ? String(value)
    : value;
}

/** What the database says, by its own output functions; of times and dates what Parquet counts. */
async function truth(client: Client): Promise<Record<string, string | null>[]> {
  const counted = names.map((name) => {
    const [type] = columns[name] ?? [];
    if (type === 'date') return `${name} - date '1970-01-01' as ${name}`;
    return ['timestamp', 'timestamptz', 'moment'].includes(type ?? '')
      ? `trunc(extract(epoch from ${name}) * 1000000) as ${name}`
      : name;
  });
  const { rows } = await client.query<Record<string, string | null>>({
    text: `select id, ${counted.join(', ')}, 7 as seven, null as none, wide from (${sql}) as q order by id`,
    types: { getTypeParser: () => (value: string) => value },
  } as never);
  return rows;
}

function expectSame(read: ReadParquet, told: readonly Record<string, string | null>[]): void {
  expect(read.rows).toHaveLength(told.length);
  const different = [];
  for (const [at, row] of told.entries()) {
    for (const [name, text] of Object.entries(row)) {
      const got = asTold(name, read.rows[at]?.[name]);
      const type = columns[name]?.[0] ?? '';
      const want = text === null || !type.startsWith('float') ? text : Number(text);
      const same =
        type === 'float4' && typeof want === 'number'
          ? Object.is(got, Math.fround(want))
          : Object.is(got, want);
      if (!same) different.push({ at, name, got, want });
    }
  }
  expect(different.slice(0, 10)).toEqual([]);
}

const binaries15 = '/usr/lib/postgresql/15';
const servers = [
  ['the embedded PostgreSQL', undefined],
  ...(existsSync(join(binaries15, 'bin', 'postgres')) ? [['PostgreSQL 15', binaries15] as const] : []),
] as const;

describe.each(servers)('a Parquet file of %s', (_name, binaries) => {
  let server: Server;
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder('parquet-files');
    server = await start(binaries);
    await server.client.query(`set timezone = 'Europe/Berlin'`);
    await fill(server.client);
  });
  afterAll(async () => {
    await server.close();
    await folder.remove();
  });

  it('says of every value exactly what the database says', async () => {
    const { file, path } = await write(server.client, sql, folder.path);
    expect(file.problem).toBeNull();
    const read = await readParquet(await readFile(path));
    expect(read.metadata.row_groups.length).toBeGreaterThan(3);
    expectSame(read, await truth(server.client));
  });

  it('gives every column the type that readers know', async () => {
    const { path } = await write(server.client, `${sql} limit 1`, folder.path);
    const { metadata } = await readParquet(await readFile(path));
    const types = Object.fromEntries(
      metadata.schema.map(({ name, type, logical_type: logical }) => [name, logical?.type ?? type]),
    );
    expect(types).toMatchObject({
      // Plain: what the writer makes of a logical INTEGER is read by hyparquet, and refused by DuckDB.
      i2: 'INT32',
      i4: 'INT32',
      i8: 'INT64',
      f4: 'FLOAT',
      f8: 'DOUBLE',
      b: 'BOOLEAN',
      d: 'DATE',
      ts: 'TIMESTAMP',
      tz: 'TIMESTAMP',
      mo: 'TIMESTAMP',
      t: 'STRING',
      by: 'BYTE_ARRAY',
      n: 'STRING',
      none: 'STRING',
    });
    const zones = metadata.schema.flatMap(({ name, logical_type: logical }) =>
      logical?.type === 'TIMESTAMP' ? [[name, logical.isAdjustedToUTC, logical.unit]] : [],
    );
    expect(zones).toEqual([
      ['ts', false, 'MICROS'],
      ['tz', true, 'MICROS'],
      ['mo', true, 'MICROS'],
    ]);
  });

  it.each([
    ['no row at all', `select * from every where false`, 0],
    ['one row', `select 1 as "a.b", 'x' as "__proto__", 2 as "length"`, 1],
    ['rows without a value', `select null::int as a, null::timestamptz as b from generate_series(1, 20)`, 20],
  ])('is whole with %s', async (_what, text, count) => {
    const { file, path } = await write(server.client, text, folder.path);
    expect([file.problem, file.rowCount]).toEqual([null, count]);
    const { metadata, rows } = await readParquet(await readFile(path));
    expect([Number(metadata.num_rows), rows.length]).toEqual([count, count]);
  });

  it.each([
    [
      'an infinite date',
      `select id, case when id = 9 then date 'infinity' else '2024-01-01' end as due from every`,
    ],
    ['an infinite time', `select id, case when id = 9 then timestamp '-infinity' end as due from every`],
    ['an infinite time with its zone', `select timestamptz 'infinity' as due`],
    ['a time that is too late', `select timestamp '294276-12-31 23:59:59.999999' as due`],
  ])('is none of %s, and the words name the column', async (_what, text) => {
    const { file } = await write(server.client, text, folder.path);
    expect(file.problem).toMatchObject({
      code: 'export-not-exact',
      message: expect.stringMatching(
        /^A value of due cannot be written exactly to Parquet: .*Cast the column to text/,
      ),
    });
  });
});
