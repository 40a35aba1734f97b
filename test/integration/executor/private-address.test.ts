import { createHash } from 'node:crypto';
import { verifyCompact } from '#core/protocol/jws';
import { ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import * as v from 'valibot';
import { parseConfig } from '../../../executor/config';
import { haltWork, resumeWork } from '../../../executor/commands/halt';
import { formatMetrics } from '../../../executor/metrics/text-format';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({ ...input, private: { port: 0 } }));
});
afterAll(() => rig.close());

const read = async (path: string): Promise<Response> => fetch((rig.executor.privateUrl ?? '') + path);

/** Samples by their name with labels; every line must be of the format. */
async function metrics(): Promise<ReadonlyMap<string, number>> {
  const response = await read('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  const samples = new Map<string, number>();
  let family = '';
  for (const line of text.trimEnd().split('\n')) {
    const comment = /^# (?:HELP (\S+) .+|TYPE (\S+) (?:counter|gauge|histogram))$/.exec(line);
    if (comment) {
      family = comment[1] ?? comment[2] ?? '';
      continue;
    }
    const sample = /^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) (-?[0-9.e+-]+|\+Inf)$/.exec(line);
    expect([line, sample !== null && line.startsWith(family)]).toEqual([line, true]);
    expect(samples.has(sample?.[1] ?? '')).toBe(false);
    samples.set(sample?.[1] ?? '', Number(sample?.[2]));
  }
  return samples;
}

const Link = v.strictObject({
  seq: v.number(),
  sha256: v.string(),
  receipt: v.string(),
  claims: ReceiptClaims,
});
async function audit(after = 0): Promise<v.InferOutput<typeof Link>[]> {
  const response = await read(`/audit?after=${after}`);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const text = await response.text();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => v.parse(Link, JSON.parse(line)));
}

test('metrics count what happened and show what is so', async () => {
  await rig.run({ sql: 'select 1' });
  await rig.run({ sql: 'select 1 / 0' });
  const refused = await rig.order({ sql: 'create database other' });
  await rig.send(refused);
  await rig.app.send(rig.executor.url, 'GET', '/v1/connections', '', { token: 'none' });
  await haltWork(rig.config, { connection: 'read' }, 'a test', Date.now());
  const now = await metrics();
  await resumeWork(rig.config, { connection: 'read' });
  expect(Object.fromEntries(now)).toMatchObject({
    'query_change_orders_total{code="accepted"}': 2,
    'query_change_orders_total{code="statement-not-allowed"}': 1,
    'query_change_requests_refused_total{code="malformed"}': 1,
    'query_change_executions_total{connection="main",status="succeeded"}': 1,
    'query_change_executions_total{connection="main",status="failed"}': 1,
    'query_change_executions_total{connection="main",status="refused"}': 1,
    'query_change_execution_seconds_count{connection="main"}': 2,
    'query_change_execution_seconds_bucket{connection="main",le="+Inf"}': 2,
    'query_change_executions_open{connection="main",state="queued"}': 0,
    'query_change_queue_oldest_seconds{connection="main"}': 0,
    query_change_outbox_given_up: 0,
    'query_change_connection_ready{connection="main"}': 1,
    'query_change_connection_ready{connection="read"}': 0,
    'query_change_connection_ready{connection="shut"}': 0,
    'query_change_connection_halted{connection="main"}': 0,
    'query_change_connection_halted{connection="read"}': 1,
    query_change_state_database_up: 1,
    query_change_chain_seq: 3,
  });
  const beat = now.get('query_change_heartbeat_timestamp_seconds') ?? 0;
  expect(Date.now() / 1_000 - beat).toBeLessThan(60);
});

test('metrics show what waits, runs and is not delivered', async () => {
  rig.receiver.answer(503);
  const failed = rig.receiver.refused();
  const held = await Promise.all([1, 2, 3, 4, 5, 6].map(() => rig.order({ sql: 'select pg_sleep(2)' })));
  for (const order of held) await rig.send(order);
  let now = await metrics();
  expect(now.get('query_change_executions_open{connection="main",state="queued"}')).toBe(2);
  expect(now.get('query_change_executions_open{connection="main",state="running"}')).toBe(4);
  expect(now.get('query_change_queue_oldest_seconds{connection="main"}')).toBeGreaterThan(0);
  await failed;
  now = await metrics();
  expect(now.get('query_change_outbox_waiting')).toBeGreaterThan(0);
  expect(now.get('query_change_outbox_oldest_seconds')).toBeGreaterThan(0);
  rig.receiver.answer(200);
  await Promise.all(held.map(({ jti }) => rig.receipt(jti)));
});

test('the audit gives every receipt in the order of the chain, each naming the one before', async () => {
  await rig.run({ sql: `select 'hidden-literal-71' as hidden_column_72` });
  await rig.run({ sql: `select * from hidden_table_73` });
  const links = await audit();
  expect(links.map(({ seq }) => seq)).toEqual(links.map((_, at) => at + 1));
  expect(links.length).toBeGreaterThan(3);
  let before = '0'.repeat(64);
  for (const { claims, receipt, sha256, seq } of links) {
    expect(claims.chain).toMatchObject({ seq, prev: before });
    const verified = await verifyCompact(receipt, receiptTyp, [rig.executor.publicJwk], ReceiptClaims);
    expect(verified).toMatchObject({ ok: true, value: claims });
    before = createHash('sha256').update(receipt).digest('hex');
    expect(sha256).toBe(before);
  }
  expect(await audit(links.length - 2)).toEqual(links.slice(-2));
  expect(await audit(links.length)).toEqual([]);
  const everything = JSON.stringify(links) + JSON.stringify([...(await metrics())]);
  expect(everything).not.toMatch(/hidden_|hidden-|secret|author-1|approver-1|select/);
});

test('nothing of it is on the public address, and nothing else on the private one', async () => {
  for (const path of ['/metrics', '/audit', '/audit?after=0']) {
    expect((await fetch(rig.executor.url + path)).status).toBe(404);
  }
  for (const path of ['/healthz', '/v1/connections', '/v1/orders']) {
    expect((await read(path)).status).toBe(404);
  }
  expect((await read('/audit?after=-1')).status).toBe(400);
  expect((await read('/audit?after=1%20or%201')).status).toBe(400);
});

test('there is none unless it is configured, and then on this machine only', () => {
  const base = {
    executorId: 'e',
    stateDir: 's',
    state: { embedded: true },
    trustedApps: [],
    connections: [],
  };
  const parse = (more: object) => parseConfig({ ...base, ...more }, { env: {}, baseDir: '/' });
  expect(parse({})).toMatchObject({
    ok: true,
    value: expect.not.objectContaining({ private: expect.anything() }),
  });
  expect(parse({ private: { port: 9 } })).toMatchObject({
    ok: true,
    value: { private: { host: '127.0.0.1', port: 9 } },
  });
  expect(parse({ private: {} }).ok).toBe(false);
});

test('labels and infinities are written as Prometheus reads them', () => {
  expect(
    formatMetrics([
      { name: 'a', help: 'h', type: 'gauge', samples: [{ labels: { x: 'a"b\\c\nd' }, value: Infinity }] },
    ]),
  ).toBe('# HELP a h\n# TYPE a gauge\na{x="a\\"b\\\\c\\nd"} +Inf\n');
});
