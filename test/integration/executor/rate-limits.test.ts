import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { sha256Hex } from '#core/hash';
import { maxTokenBytes } from '#core/limits';
import { generateSigningKey, signCompact } from '#core/protocol/jws';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { ErrorReply, paths } from '#core/protocol/transport';
import * as v from 'valibot';
import { createGate } from '../../../executor/http/rate-limits';
import { executorId, installation, nowSeconds } from './support/app';
import { type Rig, startRig } from './support/rig';

const rates = {
  perInstallation: { perSecond: 0.1, burst: 30 },
  overall: { perSecond: 100, burst: 1_000 },
  strangers: { perSecond: 0.1, burst: 10 },
};
const lines: string[] = [];
const note = (event: string): void => void lines.push(event);
let rig: Rig;
beforeEach(async () => {
  lines.length = 0;
  rig = await startRig({ log: { info: note, warn: note, error: note } }, (input) => ({
    ...input,
    limits: { requests: rates },
  }));
});
afterEach(() => rig.close());

const askHealth = async (): Promise<number> => (await fetch(rig.executor.url + paths.health)).status;
const storedRequests = async (): Promise<number> => {
  const { state } = rig.config;
  const database = 'url' in state ? new URL(state.url).pathname.slice(1) : '';
  const rows = await rig.server.admin<{ n: number }>(
    database,
    'select count(*)::int as n from executor.requests',
  );
  return rows[0]?.n ?? -1;
};

/** A request that somebody without our keys can make: `kid` may be the app's, the signature cannot. */
async function forged(kid?: string): Promise<string> {
  const key = await generateSigningKey();
  const claims = {
    iss: installation,
    aud: executorId,
    jti: randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
    method: 'POST',
    path: paths.orders,
    bodySha256: await sha256Hex(''),
  };
  const token = await signCompact(claims, requestTyp, key);
  if (kid === undefined) return token;
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: requestTyp, kid })).toString('base64url');
  return [header, ...token.split('.').slice(1)].join('.');
}

describe('a flood of requests that nobody has signed', () => {
  it('is turned away without the database, the log or the rates of signed requests', async () => {
    const tokens = [await forged(), await forged(rig.app.key.kid), 'no token', undefined];
    const before = await storedRequests();
    const flooding = new AbortController();
    const answers: number[] = [];
    const waits = new Set<string | null>();
    const flood = async (at: number): Promise<void> => {
      while (!flooding.signal.aborted) {
        const token = tokens[at % tokens.length];
        const response = await fetch(rig.executor.url + paths.orders, {
          method: 'POST',
          body: 'x'.repeat(10_000),
          headers: token === undefined ? {} : { [requestHeader]: token },
        });
        await response.arrayBuffer();
        answers.push(response.status);
        if (response.status === 429) waits.add(response.headers.get('retry-after'));
      }
    };
    const floods = Array.from({ length: 12 }, (_, at) => flood(at));
    for (let sent = 0; sent < 8; sent += 1) {
      expect((await rig.run({ sql: 'select 1' })).claims.status).toBe('succeeded');
      expect(await askHealth()).toBe(200);
    }
    flooding.abort();
    await Promise.all(floods);
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter((status) => ![400, 401, 429].includes(status))).toEqual([]);
    expect(answers.filter((status) => status !== 429).length).toBeLessThan(20);
    expect([...waits].every((wait) => Number(wait) >= 1)).toBe(true);
    expect(lines.filter((event) => event === 'request-refused').length).toBeLessThan(20);
    // Two signed requests for each change: the connection, and the order.
    expect((await storedRequests()) - before).toBe(16);
  });

  it('of a caught request uses up nobody’s rate', async () => {
    const body = JSON.stringify({ jti: 'e'.repeat(64), connection: 'main' });
    const claims = {
      iss: installation,
      aud: executorId,
      jti: randomUUID(),
      iat: nowSeconds(),
      exp: nowSeconds() + 60,
      method: 'POST',
      path: paths.revocations,
      bodySha256: await sha256Hex(body),
    };
    const token = await signCompact(claims, requestTyp, rig.app.key);
    const send = () => rig.app.send(rig.executor.url, 'POST', paths.revocations, body, { token });
    expect((await send()).status).toBe(200);
    const again = await Promise.all(Array.from({ length: 60 }, send));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([401, 429]));
    for (let asked = 0; asked < 20; asked += 1) await rig.connection();
  });
});

it('an installation that asks too often is told when to come back, and others are still heard', async () => {
  const ask = () => rig.app.send(rig.executor.url, 'GET', paths.connections);
  const answers = [];
  for (let asked = 0; asked < 40; asked += 1) answers.push(await ask());
  const statuses = answers.map(({ status }) => status);
  expect(statuses).toEqual([...Array(30).fill(200), ...Array(10).fill(429)]);
  const last = answers.at(-1);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(v.parse(ErrorReply, await last?.json())).toMatchObject({ code: 'rate-limited', delivery: null });
  expect(await askHealth()).toBe(200);
  const database = await storedRequests();
  await ask();
  expect(await storedRequests()).toBe(database);
});

it('a body without a length is read to its limit and no further, and only for somebody who can sign', async () => {
  // The request never ends, so only a server that looks at what it has got can answer.
  const post = (token: string, bytes: number): Promise<number | undefined> =>
    new Promise((done, fail) => {
      const outgoing = request(rig.executor.url + paths.orders, {
        method: 'POST',
        headers: { [requestHeader]: token, 'transfer-encoding': 'chunked' },
      });
      outgoing.on('response', (response) => {
        outgoing.destroy();
        done(response.statusCode);
      });
      outgoing.on('error', fail).write('x'.repeat(bytes));
    });
  expect(await post(await forged(), 1)).toBe(401);
  const claims = {
    iss: installation,
    aud: executorId,
    jti: randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
    method: 'POST',
    path: paths.orders,
    bodySha256: 'a'.repeat(64),
  };
  expect(await post(await signCompact(claims, requestTyp, rig.app.key), maxTokenBytes + 1)).toBe(413);
});

test('a bucket fills again with time, up to its burst; a clock that goes back gives nothing', () => {
  let now = 1_000_000;
  const gate = createGate({ ...rates, perInstallation: { perSecond: 2, burst: 3 } }, ['a', 'b'], () => now);
  const take = (count: number, who = 'a') => Array.from({ length: count }, () => gate.sender(who));
  expect(take(4)).toEqual([0, 0, 0, 1]);
  expect(take(1, 'b')).toEqual([0]);
  now += 1_000;
  expect(take(3)).toEqual([0, 0, 1]);
  now += 3_600_000;
  expect(take(4)).toEqual([0, 0, 0, 1]);
  now -= 3_600_000;
  expect(take(1)).toEqual([1]);
  expect(gate.sender('unheard of')).toBeGreaterThan(0);
});

test('ids are forgotten after their time, not before', () => {
  let now = 1_000_000;
  const gate = createGate(rates, ['a'], () => now);
  gate.remember('a', 'x', 1_100);
  expect([gate.seen('a', 'x'), gate.seen('b', 'x')]).toEqual([true, false]);
  now = 1_101_000;
  gate.remember('a', 'y', 1_200);
  expect([gate.seen('a', 'x'), gate.seen('a', 'y')]).toEqual([false, true]);
});
