import { createHash, randomUUID } from 'node:crypto';
import { readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExportFormat } from '#core/protocol/export';
import { ExportLinkReply, exportLinksPath } from '#core/protocol/export';
import { preflightPath, PreflightReply } from '#core/protocol/preflight';
import * as v from 'valibot';
import { readParquet } from './support/parquet';
import { type Rig, startRig } from './support/rig';
import type { SeenReceipt } from './support/receiver';

let rig: Rig;
let folder: string;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    folder = join(input.stateDir, 'exports');
    const all = input.connections;
    const read = all
      .filter(({ key }) => key === 'read')
      .map((connection) => ({ ...connection, writable: false }));
    return {
      ...input,
      connections: [
        ...all.map((connection) =>
          ['main', 'read'].includes(connection.key) ? { ...connection, exports: {} } : connection,
        ),
        ...read.map((connection) => ({
          ...connection,
          key: 'small',
          exports: { maxBytes: 300_000, maxRows: 1_000 },
        })),
        ...read.map((connection) => ({ ...connection, key: 'off' })),
        ...read.map((connection) => ({
          ...connection,
          key: 'labelled',
          exports: {},
          labels: { 'shop.customers.email': 'personal' },
        })),
        ...read.map((connection) => ({ ...connection, key: 'brief', exports: { keepHours: 0.001 } })),
        ...read.map((connection) => ({ ...connection, key: 'slow', exports: { timeoutSeconds: 1 } })),
      ],
    };
  });
});
afterAll(() => rig.close());

const wish = (sql: string, format: ExportFormat = 'csv') => ({ sql, content: { export: { format } } });
const run = (sql: string, format: ExportFormat = 'csv', key = 'read'): Promise<SeenReceipt> =>
  rig.run(wish(sql, format), key);

async function link(jti: string): Promise<Response> {
  return rig.app.send(
    rig.executor.url,
    'POST',
    exportLinksPath(jti),
    JSON.stringify({ accountId: 'reader-1' }),
  );
}
async function fetchFile({
  claims,
}: SeenReceipt): Promise<{ response: Response; bytes: Buffer; url: string }> {
  const { url } = v.parse(ExportLinkReply, await (await link(claims.jti)).json());
  const response = await fetch(url);
  return { response, bytes: Buffer.from(await response.arrayBuffer()), url };
}
const text = async (seen: SeenReceipt): Promise<string> => (await fetchFile(seen)).bytes.toString('utf8');

describe('an export', () => {
  it('is a file with the hash, size and rows that the receipt says', async () => {
    const seen = await run('select id, name, email from customers order by id');
    expect(seen.claims).toMatchObject({ status: 'succeeded', ledgerMode: 'state', resultSha256: null });
    expect(seen.claims.statements).toMatchObject([{ command: 'SELECT', rows: 100, error: null }]);
    const { response, bytes } = await fetchFile(seen);
    const { sha256, rows, format, masked } = seen.claims.export ?? {};
    expect([format, rows, masked, seen.claims.export?.bytes]).toEqual(['csv', 100, [], bytes.length]);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    const lines = bytes.toString('utf8').split('\n');
    expect(lines.slice(0, 2)).toEqual([
      'id,name,email',
      expect.stringMatching(/^1,[A-Z][a-z]+ [A-Z][a-z]+,customer1@shop\.example$/),
    ]);
    expect(lines).toHaveLength(102);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="QC-\d+-[0-9a-f]{8}\.csv"$/),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-length': String(bytes.length),
    });
  });

  it('is whole whatever the pieces are in which rows arrive', async () => {
    const length = (n: number): number => (n % 50 === 0 ? n * 997 : n % 97);
    const sql = `select n, repeat('x', case when n % 50 = 0 then n * 997 else n % 97 end) as pad
      from generate_series(1, 2000) as n`;
    for (const format of ['csv', 'ndjson'] as const) {
      const { bytes } = await fetchFile(await run(sql, format));
      const lines = Array.from({ length: 2_000 }, (_none, at) => {
        const pad = 'x'.repeat(length(at + 1));
        return format === 'csv'
          ? `${at + 1},${pad === '' ? '""' : pad}\n`
          : `{"n":${at + 1},"pad":"${pad}"}\n`;
      });
      expect(bytes.equals(Buffer.from(`${format === 'csv' ? 'n,pad\n' : ''}${lines.join('')}`))).toBe(true);
    }
  });

  it('keeps NULL, empty text, quotes and line breaks apart', async () => {
    const seen = await run(
      `select null as n, '' as e, 'a "b", c' as q, E'x\\r\\ny' as l, 'ü🎉' as u -- a comment at the end`,
    );
    expect(await text(seen)).toBe('n,e,q,l,u\n,"","a ""b"", c","x\r\ny",ü🎉\n');
  });

  it('gives no spreadsheet a formula', async () => {
    const cells = [
      '=1+1',
      '+a',
      '-b',
      '@c',
      '\t=d',
      '  =e',
      '|f',
      '%g',
      '\uff1dh',
      '-12.5',
      '1e5',
      'plain',
      "'=i",
    ];
    const seen = await run(
      `select x as "=cmd", x::varchar as v, x::bpchar as c, to_json(x)::jsonb as j, -5 as n from unnest(array[${cells.map((cell) => `e'${cell.replaceAll("'", "''").replaceAll('\t', '\\t')}'`).join(',')}]) x`,
    );
    const lines = (await text(seen))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(lines[0]?.[0]).toBe("'=cmd");
    const guarded = [
      "'=1+1",
      "'+a",
      "'-b",
      "'@c",
      "'\t=d",
      "'  =e",
      "'|f",
      "'%g",
      "'\uff1dh",
      '-12.5',
      '1e5',
      'plain',
      "'=i",
    ];
    expect(lines.slice(1).map(([x]) => x)).toEqual(guarded);
    expect(lines.slice(1).map(([, x]) => x)).toEqual(guarded);
    expect(lines[1]?.at(-1)).toBe('-5');
  });

  it('is one JSON object a line as NDJSON', async () => {
    const sql = `select 1 as id, e'a\\n"b"\\\\c\\x01' as t, null as n, '{"a":\n [1,\r\n 2]}'::json as j, '{}'::jsonb as b union all select 2, '=x', null, '[]', '{}'`;
    const seen = await run(sql, 'ndjson');
    const lines = (await text(seen))
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual([
      { id: 1, t: 'a\n"b"\\c\u0001', n: null, j: { a: [1, 2] }, b: {} },
      { id: 2, t: '=x', n: null, j: [], b: {} },
    ]);
    expect(seen.claims.export).toMatchObject({ format: 'ndjson', rows: 2 });
  });

  it('is a table of typed columns as Parquet, by the same receipt and link', async () => {
    const seen = await run('select id, name, id * 1.5 as half from customers order by id', 'parquet');
    expect(seen.claims.statements).toMatchObject([{ command: 'SELECT', rows: 100, error: null }]);
    const { response, bytes } = await fetchFile(seen);
    expect(seen.claims.export).toMatchObject({
      format: 'parquet',
      rows: 100,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': expect.stringMatching(/^attachment; filename="QC-\d+-[0-9a-f]{8}\.parquet"$/),
    });
    const { rows, metadata } = await readParquet(bytes);
    expect(rows).toHaveLength(100);
    expect(rows[1]).toEqual({ id: 2n, name: expect.stringMatching(/^[A-Z]/), half: '3.0' });
    expect(metadata.schema.map(({ name }) => name)).toEqual(['root', 'id', 'name', 'half']);
  });

  it('is no Parquet file when a value has no place in one, and the words say which column', async () => {
    const before = await readdir(folder);
    const { claims } = await run("select 1 as id, date 'infinity' as due", 'parquet');
    expect(claims).toMatchObject({
      status: 'failed',
      reason: { code: 'export-not-exact', message: expect.stringContaining('A value of due') },
    });
    expect(await readdir(folder)).toEqual(before);
    expect((await run("select 1 as id, (date 'infinity')::text as due", 'parquet')).claims.status).toBe(
      'succeeded',
    );
  });

  it('takes queries of every form, as they are', async () => {
    for (const [sql, expected] of [
      ['values (1, 2), (3, 4)', 'column1,column2\n1,2\n3,4\n'],
      ['with a as (select 1 as x) select * from a order by x desc limit 1;', 'x\n1\n'],
      ['select 1 as x union all select 2 order by 1 desc', 'x\n2\n1\n'],
      ['(select 1 as x) /* end */', 'x\n1\n'],
      ['select 1 as x, 2 as x', 'x,x\n1,2\n'],
      [
        'select $q$) to stdout; drop table shop.counters; --$q$ as x',
        'x\n) to stdout; drop table shop.counters; --\n',
      ],
      ['select 1 as x where false', 'x\n'],
    ] as const) {
      expect(await text(await run(sql))).toBe(expected);
    }
  });

  it('masks as a result does, before the values leave the database', async () => {
    const seen = await run(
      "select id, email, email || 'x' as more, 7 as seven from customers where id < 3 order by id",
      'csv',
      'labelled',
    );
    expect(seen.claims.export?.masked).toEqual(['email', 'more']);
    expect(await text(seen)).toBe('id,email,more,seven\n1,•••,•••,7\n2,•••,•••,7\n');
    const json = await run('select id, email from customers where id = 1', 'ndjson', 'labelled');
    expect(await text(json)).toBe('{"id":1,"email":"•••"}\n');
    const table = await run(
      'select id, email, length(email) as more, id::text::date as never from customers where id < 0 or id = 1',
      'parquet',
      'labelled',
    );
    expect(table.claims.export?.masked).toEqual(['email', 'more', 'never']);
    const { bytes } = await fetchFile(table);
    expect((await readParquet(bytes)).rows).toEqual([{ id: 1n, email: '•••', more: '•••', never: '•••' }]);
    expect(bytes.includes('@')).toBe(false);
    const failed = await run(
      'select 1 / length(email) - email::int as x, id from customers',
      'csv',
      'labelled',
    );
    expect(failed.claims.status).toBe('succeeded');
    const filtered = await run('select id from customers where email::int > 1', 'csv', 'labelled');
    expect(filtered.claims).toMatchObject({
      status: 'failed',
      statements: [{ error: { sqlstate: '22P02' } }],
    });
    expect(filtered.body?.statements[0]?.message).not.toContain('@');
  });

  it('is a read on a connection that writes, too: nothing is written, no row in the ledger', async () => {
    const seen = await run('select count(*) from counters', 'csv', 'main');
    expect(seen.claims).toMatchObject({ status: 'succeeded', transactionId: null, ledgerMode: 'state' });
    expect(await rig.sql('select from querychange.ledger where jti = $1', [seen.claims.jti])).toHaveLength(0);
    await rig.sql(
      `create or replace function shop.sly() returns int language sql as 'update shop.counters set n = 99 returning 1'; grant execute on function shop.sly() to public`,
    );
    const sly = await run('select sly()', 'csv', 'main');
    expect(sly.claims).toMatchObject({ status: 'failed', statements: [{ error: { sqlstate: '25006' } }] });
  });

  it.each([
    ['a connection that writes no files', 'select 1', 'off'],
    ['a write', 'delete from counters', 'main'],
    ['two statements', 'select 1; select 2', 'read'],
    ['a plan', 'explain select 1', 'read'],
    ['a setting', 'show search_path', 'read'],
    ['a SELECT that locks', 'select * from counters for update', 'main'],
    ['a SELECT that makes a table', 'select 1 into copy', 'main'],
    ['a SELECT that writes', 'with w as (delete from counters returning 1) select * from w', 'main'],
  ])('is refused for %s', async (_what, sql, key) => {
    const { reply } = await rig.send(await rig.order(wish(sql), key));
    expect(reply).toMatchObject({ code: expect.stringMatching(/^(statement-not-allowed|writes-refused)$/) });
  });

  it('fails in words when columns could not be told apart, or there are none', async () => {
    for (const format of ['ndjson', 'parquet'] as const) {
      const { claims } = await run('select 1 as x, 2 as x', format);
      expect(claims).toMatchObject({
        status: 'failed',
        reason: { code: 'export-refused', message: expect.stringContaining('named x') },
      });
    }
    expect((await run('select from customers')).claims.reason?.message).toBe(
      'The SELECT returns no columns.',
    );
  });

  it('fails at its caps and at its own timeout, and leaves nothing', async () => {
    const before = await readdir(folder);
    const rows = await run('select * from generate_series(1, 1001)', 'csv', 'small');
    expect(rows.claims).toMatchObject({
      status: 'failed',
      reason: { code: 'export-too-large', message: expect.stringContaining('1000 rows') },
    });
    expect((await run('select * from generate_series(1, 1000)', 'csv', 'small')).claims.status).toBe(
      'succeeded',
    );
    const bytes = await run("select repeat('x', 1000) from generate_series(1, 900)", 'csv', 'small');
    expect(bytes.claims.reason).toMatchObject({
      code: 'export-too-large',
      message: expect.stringContaining('300000 bytes'),
    });
    for (const format of ['csv', 'parquet'] as const) {
      const endless = await run('select generate_series(1, 1000000000)', format, 'small');
      expect(endless.claims.reason?.code).toBe('export-too-large');
    }
    const wide = `select string_agg(md5(concat(n, '-', m)), '') from generate_series(1, 1000) n, generate_series(1, 20) m group by n`;
    expect((await run(wide, 'parquet', 'small')).claims.reason).toMatchObject({
      code: 'export-too-large',
      message: expect.stringContaining('300000 bytes'),
    });
    const oneMore = await run('select * from generate_series(1, 1001)', 'parquet', 'small');
    expect(oneMore.claims.reason?.message).toContain('1000 rows');
    expect(
      (await run('select * from generate_series(1, 1000)', 'parquet', 'small')).claims.export?.rows,
    ).toBe(1_000);
    const slow = await run('select pg_sleep(30)', 'csv', 'slow');
    expect(slow.claims.statements[0]?.error?.sqlstate).toBe('57014');
    expect((await readdir(folder)).length).toBe(before.length + 2);
    expect((await run('select 1 as still_alive', 'csv', 'small')).claims.status).toBe('succeeded');
  });

  it('lies in a file that only the executor reads, under no name that tells anything', async () => {
    await run('select 1');
    const names = await readdir(folder);
    expect(names.every((name) => /^[0-9a-f-]{36}\.(csv|ndjson|parquet)$/.test(name))).toBe(true);
    expect((await stat(join(folder, names[0] ?? ''))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('runs statement by statement as ever when nothing is exported', async () => {
    const { claims, body } = await rig.run({ sql: 'select 1; select 2' }, 'read');
    expect([claims.export, body?.statements.length]).toEqual([undefined, 2]);
  });
});

describe('a look before submission', () => {
  const look = async (
    sql: string,
    exportFormat: ExportFormat,
    connection = 'read',
  ): Promise<string | null> => {
    const body = JSON.stringify({ connection, sql, automaticRollback: false, exportFormat });
    const response = await rig.app.send(rig.executor.url, 'POST', preflightPath, body);
    return v.parse(PreflightReply, await response.json()).exportRefusal;
  };

  it('says in words why a result cannot go to a file, and runs nothing', async () => {
    expect(await look('select id, name from customers', 'csv')).toBeNull();
    expect(await look('select nextval($$customers_id_seq$$), 1 / 0 as x', 'ndjson')).toBeNull();
    expect(await look('select 1', 'csv', 'off')).toBe('off writes no results to files.');
    expect(await look('select 1; select 2', 'csv')).toBe('Only the result of one SELECT goes to a file.');
    expect(await look('show search_path', 'csv')).toBe(
      'Only the result of a SELECT that reads goes to a file.',
    );
    expect(await look('select 1 as a, 2 as a', 'ndjson')).toMatch(/^Two columns are named a: in NDJSON/);
    expect(await look('select 1 as a, 2 as a', 'parquet')).toMatch(/^Two columns are named a: in Parquet/);
    expect(await look('select from customers', 'csv')).toBe('The SELECT returns no columns.');
  });
});

describe('a link', () => {
  it('works once, and not at all when it is made up', async () => {
    const seen = await run('select 1');
    const { url, response } = await fetchFile(seen);
    expect(response.status).toBe(200);
    const again = await fetch(url);
    const madeUp = await fetch(url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A'));
    const odd = await fetch(`${rig.executor.url}/v1/downloads/x`);
    expect([again.status, madeUp.status, odd.status]).toEqual([404, 404, 404]);
    expect(new Set([await again.text(), await madeUp.text(), await odd.text()]).size).toBe(1);
  });

  it('is given to one of many who come at once', async () => {
    const { claims } = await run('select 1');
    const { url } = v.parse(ExportLinkReply, await (await link(claims.jti)).json());
    const answers = await Promise.all(Array.from({ length: 8 }, async () => (await fetch(url)).status));
    expect(answers.toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 404),
    ]);
  });

  it('survives a look at its head', async () => {
    const { claims } = await run('select 1 as x');
    const { url } = v.parse(ExportLinkReply, await (await link(claims.jti)).json());
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(404);
    expect(await (await fetch(url)).text()).toBe('x\n1\n');
  });

  it('lasts five minutes, by the configured address, whatever the request says', async () => {
    const { claims } = await run('select 1');
    const { url, expiresAt } = v.parse(ExportLinkReply, await (await link(claims.jti)).json());
    expect(url.startsWith(`${rig.executor.url}/v1/downloads/`)).toBe(true);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(300_000);
    const state = rig.config.state as { url: string };
    const database = new URL(state.url).pathname.slice(1);
    const [stored] = await rig.server.admin<{ token_sha256: string }>(
      database,
      'select token_sha256 from executor.export_links where jti = $1',
      [claims.jti],
    );
    const token = url.split('/').at(-1) ?? '';
    expect(stored?.token_sha256).toBe(createHash('sha256').update(token).digest('hex'));
    await rig.server.admin(
      database,
      `update executor.export_links set expires_at = now() - interval '1 second' where jti = $1`,
      [claims.jti],
    );
    expect((await fetch(url)).status).toBe(404);
    const audit = await rig.server.admin(
      database,
      `select event, detail from executor.audit where jti = $1 and event like 'export%'`,
      [claims.jti],
    );
    expect(audit).toEqual([{ event: 'export-link', detail: { for: 'reader-1' } }]);
  });

  it('is made for signed requests of the installation, of files that are there', async () => {
    const { claims } = await run('select 1');
    const unsigned = await fetch(rig.executor.url + exportLinksPath(claims.jti), {
      method: 'POST',
      body: '{"accountId":"x"}',
    });
    expect(unsigned.status).toBe(400);
    const failed = await run('select 1 / 0');
    expect((await link(failed.claims.jti)).status).toBe(404);
    expect((await link('0'.repeat(64))).status).toBe(404);
    const bad = await rig.app.send(rig.executor.url, 'POST', exportLinksPath(claims.jti), '{}');
    expect(bad.status).toBe(400);
  });

  it('ends with the file: after its time both are gone', async () => {
    const seen = await run('select 1', 'csv', 'brief');
    const until = Date.parse(seen.claims.export?.expiresAt ?? '');
    expect(until - Date.now()).toBeLessThan(4_000);
    const { url } = v.parse(ExportLinkReply, await (await link(seen.claims.jti)).json());
    const before = await readdir(folder);
    await new Promise((done) => setTimeout(done, Math.max(0, until - Date.now()) + 50));
    expect((await fetch(url)).status).toBe(404);
    expect((await link(seen.claims.jti)).status).toBe(404);
    await rig.restart();
    const gone = async (): Promise<boolean> => (await readdir(folder)).length === before.length - 1;
    for (const end = Date.now() + 5_000; !(await gone()) && Date.now() < end;)
      await new Promise((done) => setTimeout(done, 50));
    expect(await gone()).toBe(true);
  });
});

describe('what is interrupted', () => {
  it('leaves no file that counts: the order runs again, and its file is whole', async () => {
    await rig.restart({
      at: (point) => {
        if (point === 'after-commit') throw new Error('stop here');
      },
    });
    const claims = await rig.order(wish('select * from generate_series(1, 1000) as n'), 'read');
    await rig.send(claims);
    await rig.restart();
    const seen = await rig.receipt(claims.jti);
    const { bytes } = await fetchFile(seen);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(seen.claims.export?.sha256);
    expect(seen.claims.export?.rows).toBe(1_000);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is swept away at the next start: half files, and whole ones that no receipt knows', async () => {
    const seen = await run('select 1 as x');
    const left = [`${randomUUID()}.part`, `${randomUUID()}.csv`, `${randomUUID()}.parquet`];
    const others = [`${randomUUID()}.part`, 'notes.csv'];
    for (const name of [...left, ...others]) await writeFile(join(folder, name), 'half');
    const long = new Date(Date.now() - 2 * 60 * 60 * 1_000);
    for (const name of [...left, 'notes.csv']) await utimes(join(folder, name), long, long);
    await rig.restart();
    const there = async (): Promise<string[]> => readdir(folder);
    const swept = async (): Promise<boolean> => (await there()).every((name) => !left.includes(name));
    for (const end = Date.now() + 5_000; !(await swept()) && Date.now() < end;) {
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(await swept()).toBe(true);
    expect(await there()).toEqual(expect.arrayContaining(others));
    expect(await text(seen)).toBe('x\n1\n');
  });
});
