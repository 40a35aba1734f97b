import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as v from 'valibot';
import { parse } from 'yaml';
import { maxTokenBytes } from '#core/limits';
import { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { sha256Hex } from '#core/hash';
import { parseConfig } from '../../executor/config';
import { buildApp } from '../../executor/http/app';
import { silentLog } from '../../executor/log';
import { createCounters } from '../../executor/metrics/counters';
import { aConnection } from '../unit/core/builders';

/** The executor's own HTTP application, without a socket or a database, held to the document. */

const Vectors = v.object({
  now: v.number(),
  installation: v.string(),
  executorId: v.string(),
  keys: v.object({ app: PrivateJwk, executor: PrivateJwk }),
  refusedOrders: v.array(v.object({ name: v.string(), code: v.string(), token: v.string() })),
});
const read = (name: string): string =>
  readFileSync(new URL(`../../docs/protocol/${name}`, import.meta.url), 'utf8');
const { now, installation, executorId, keys, refusedOrders } = v.parse(
  Vectors,
  JSON.parse(read('vectors.json')),
);
const Document = v.looseObject({ components: v.looseObject({ schemas: v.record(v.string(), v.unknown()) }) });
const ajv = new Ajv2020({ strict: false });
(addFormats as unknown as (on: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'executor', components: v.parse(Document, parse(read('openapi.yaml'))).components });

const config = parseConfig(
  {
    executorId,
    stateDir: 'state',
    state: { url: 'postgres://nowhere/state' },
    trustedApps: [{ installation, keys: [publicHalf(keys.app)], receiptUrl: 'https://receipts.example/r' }],
    connections: [],
  },
  { env: {}, baseDir: '/' },
);
if (!config.ok) throw new Error(config.error.join('\n'));

/** An empty state database: every write takes effect, nothing is found. */
const pool = { query: async () => ({ rowCount: 1, rows: [] }) };
let stopping = false;
const application = buildApp({
  config: config.value,
  store: { pool, chain: { problem: () => null, witness: { lets: async () => undefined } } },
  targets: new Map([['shop-prod', { config: { writable: false }, info: async () => aConnection() }]]),
  worker: {},
  now: () => now * 1_000,
  at: () => undefined,
  key: keys.executor,
  log: silentLog,
  counters: createCounters(),
  stopping: () => stopping,
} as unknown as Parameters<typeof buildApp>[0]);

let requests = 0;
async function send(method: 'GET' | 'POST', path: string, body = '', type = 'application/json') {
  const claims = {
    iss: installation,
    aud: executorId,
    jti: `request-number-${String((requests += 1)).padStart(4, '0')}`,
    iat: now,
    exp: now + 60,
    method,
    path,
    bodySha256: await sha256Hex(body),
  };
  const headers = { [requestHeader]: await signCompact(claims, requestTyp, keys.app), 'content-type': type };
  return application.request(`http://executor${path}`, {
    method,
    headers,
    ...(method === 'POST' ? { body } : {}),
  });
}

/** The body of an answer, which must be of its schema. */
async function bodyOf(response: Response, schema: string): Promise<unknown> {
  const body: unknown = await response.json();
  expect(ajv.validate({ $ref: `executor#/components/schemas/${schema}` }, body) || ajv.errors).toBe(true);
  return body;
}

const jti = 'a'.repeat(64);

test('health needs no token', async () => {
  const response = await application.request('http://executor/healthz');
  expect(response.status).toBe(200);
  expect(await bodyOf(response, 'Health')).toMatchObject({ status: 'ok', executorId });
});

test('connections', async () => {
  const response = await send('GET', '/v1/connections');
  expect(response.status).toBe(200);
  await bodyOf(response, 'ConnectionsReply');
});

test('a revocation of an id that was never seen', async () => {
  const response = await send('POST', '/v1/revocations', JSON.stringify({ jti, connection: 'shop-prod' }));
  expect(response.status).toBe(200);
  expect(await bodyOf(response, 'ExecutionReply')).toEqual({ jti, state: 'revoked', delivery: null });
});

test.each<[string, () => Promise<Response>, number, string]>([
  ['no such path', async () => application.request('http://executor/v2/orders'), 404, 'not-found'],
  ['no such execution', async () => send('GET', `/v1/executions/${jti}`), 404, 'not-found'],
  ['no token', async () => application.request('http://executor/v1/connections'), 400, 'malformed'],
  ['another content type', async () => send('POST', '/v1/orders', 'a.b.c'), 400, 'malformed'],
  ['a body of another shape', async () => send('POST', '/v1/revocations', '{}'), 400, 'malformed'],
  ['a body that is no JSON', async () => send('POST', '/v1/enrolments', '{'), 400, 'malformed'],
  [
    'too many bytes',
    async () => send('POST', '/v1/orders', 'a'.repeat(maxTokenBytes + 1), 'application/jose'),
    413,
    'too-large',
  ],
])('%s', async (_name, ask, status, code) => {
  const response = await ask();
  expect(response.status).toBe(status);
  expect(await bodyOf(response, 'ErrorReply')).toMatchObject({ code, delivery: null });
});

const statuses: Readonly<Record<string, number>> = {
  malformed: 400,
  'unknown-key': 401,
  'bad-signature': 401,
  'wrong-issuer': 401,
  'wrong-audience': 401,
};
/** The first orders of the vectors are refused before any storage is asked. */
const early = refusedOrders.slice(
  0,
  refusedOrders.findIndex(({ code }) => code === 'digest-mismatch'),
);

test.each(early)('order refused without a receipt: $name', async ({ token, code }) => {
  const response = await send('POST', '/v1/orders', token, 'application/jose');
  expect(response.status).toBe(statuses[code] ?? 422);
  expect(await bodyOf(response, 'ErrorReply')).toMatchObject({ code, delivery: null });
});

test('while it stops it is unavailable', async () => {
  stopping = true;
  const response = await send('GET', '/v1/connections');
  stopping = false;
  expect(response.status).toBe(503);
  expect(await bodyOf(response, 'ErrorReply')).toMatchObject({ code: 'unavailable' });
});
