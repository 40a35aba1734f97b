import { generateSigningKey, signCompact } from '#core/protocol/jws';
import { type OrderClaims, orderTyp } from '#core/protocol/order';
import { orderContentType, paths, type RefusalCode } from '#core/protocol/transport';
import { nowSeconds, type OrderWish, readReply } from './support/app';
import { readReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

/** Correctly signed orders that are wrong in one thing, and the code each gets with a final receipt. */
const refused: readonly [code: RefusalCode, what: string, wish: () => OrderWish, connection?: string][] = [
  [
    'digest-mismatch',
    'content changed after approval',
    () => ({ claims: { digest: 'b'.repeat(64) }, approvers: [] }),
  ],
  ['digest-mismatch', 'content of another issue', () => ({ content: { issueId: 'other' } })],
  ['sql-mismatch', 'other statement bytes', () => ({ claims: { sqlSha256: 'c'.repeat(64) } })],
  ['order-too-long', 'a late start', () => ({ startBy: nowSeconds() + 4_000, endBy: nowSeconds() + 4_100 })],
  [
    'order-too-long',
    'an end before the start',
    () => ({ startBy: nowSeconds() + 300, endBy: nowSeconds() + 10 }),
  ],
  ['unknown-connection', 'no such connection', () => ({ content: { connection: 'nowhere' } })],
  ['connection-not-ready', 'init was not shown', () => ({}), 'shut'],
  [
    'target-mismatch',
    'another database',
    () => ({ content: { target: { systemIdentifier: '1', databaseOid: 2, databaseName: 'x' } } }),
  ],
  ['role-mismatch', 'another role', () => ({ content: { role: 'shop_owner' } })],
  ['role-mismatch', 'another search_path', () => ({ content: { searchPath: 'public' } })],
  [
    'limits-exceeded',
    'a longer timeout',
    () => ({
      content: {
        limits: { statementTimeoutMs: 6_000, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 },
      },
    }),
  ],
  ['approvals-missing', 'no approval', () => ({ approvers: [] })],
  ['approvals-missing', 'one person twice', () => ({ approvers: ['approver-1', 'approver-1'] }), 'guarded'],
  [
    'approver-not-allowed',
    'people not on our list',
    () => ({ approvers: ['approver-1', 'stranger'] }),
    'guarded',
  ],
  ['author-approved', 'the author voted', () => ({ approvers: ['author-1', 'approver-1', 'approver-2'] })],
  [
    'author-approved',
    'the author is on our list',
    () => ({ approvers: ['author-1', 'approver-1'] }),
    'guarded',
  ],
  ['approvers-not-configured', 'protected without a list', () => ({}), 'listless'],
  ['writes-refused', 'a write on a read-only connection', () => ({ sql: 'delete from counters' }), 'read'],
  [
    'writes-refused',
    'a write inside WITH',
    () => ({ sql: 'with d as (delete from counters returning 1) select * from d' }),
    'read',
  ],
  ['rollback-missing', 'nothing was approved to roll back', () => ({ kind: 'rollback' })],
  [
    'nothing-to-roll-back',
    'the change was never applied',
    () => ({ kind: 'rollback', rollback: 'select 1', applyReceiptSha256: 'd'.repeat(64) }),
  ],
];

const notAllowed: readonly string[] = [
  'begin; select 1; commit',
  'savepoint a',
  'set role shop_owner',
  'reset role',
  'set session authorization postgres',
  'reset all',
  'set local statement_timeout = 0',
  "select set_config('role', 'postgres', true)",
  "select set_config('ro' || 'le', 'postgres', true)",
  'set transaction read write',
  'discard all',
  "copy counters to program 'cat'",
  "copy counters to '/tmp/x'",
  'copy counters from stdin',
  'create index concurrently i on counters (n); select 1',
  'vacuum',
  'create database d',
  'alter system set work_mem = 1',
  'do $$ begin update counters set n = 0; commit; end $$',
  'prepare p as select 1',
  'declare c cursor with hold for select 1',
  'listen x',
  'select 1 -- \u202e hidden',
  'select "a\u200bb"',
  '-- nothing',
  'select \u0000 1',
];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const send = async (changes: Parameters<Rig['app']['send']>[4], body = '{}') =>
  (await readReply(await rig.app.send(rig.executor.url, 'POST', paths.revocations, body, changes))).reply;

async function sendWish(wish: OrderWish, key = 'main') {
  const shown = await rig.connection(key);
  const order = await rig.order(wish, key === 'shut' ? 'main' : key);
  const claims =
    key === 'shut'
      ? await rig.order({ ...wish, content: { ...wish.content, connection: shown.key } })
      : order;
  return { claims, answer: await rig.send(claims) };
}

describe('a verified order is refused for good', () => {
  it.each(refused.map(([code, what, wish, key = 'main']) => ({ code, what, wish, key })))(
    '$code: $what',
    async ({ code, wish, key }) => {
      const { claims, answer } = await sendWish(wish(), key);
      expect([answer.status, 'code' in answer.reply && answer.reply.code]).toEqual([422, code]);
      const delivery = 'code' in answer.reply ? answer.reply.delivery : null;
      if (!delivery) throw new Error('there is no receipt');
      const { claims: receipt } = await readReceipt(delivery, rig.executor.publicJwk);
      expect(receipt).toMatchObject({ status: 'refused', attempt: 0, jti: claims.jti, reason: { code } });
      expect((await rig.receipt(claims.jti)).compact).toBe(delivery.receipt);
      // The refusal is final, also for a second delivery.
      expect(await rig.send(claims)).toMatchObject({ status: 202, reply: { state: 'final', delivery } });
    },
  );

  it.each(notAllowed)('statement-not-allowed: %j', async (sql) => {
    const { answer } = await sendWish({ sql });
    expect(answer.reply).toMatchObject({ code: 'statement-not-allowed' });
  });

  it('already-applied: the same revision a second time', async () => {
    await rig.run({ issueId: 'twice', sql: 'select 1' });
    const { answer } = await sendWish({
      issueId: 'twice',
      sql: 'select 1',
      try: 2,
      head: { seq: 2, hash: 'e'.repeat(64) },
    });
    expect(answer.reply).toMatchObject({ code: 'already-applied' });
  });

  it('ledger-behind: an order from an older or a forked ledger', async () => {
    await rig.run({ issueId: 'head', head: { seq: 5, hash: 'a'.repeat(64) } });
    const older = await sendWish({ issueId: 'head', revision: 2, head: { seq: 4, hash: 'a'.repeat(64) } });
    const forked = await sendWish({ issueId: 'head', revision: 3, head: { seq: 5, hash: 'b'.repeat(64) } });
    expect([older.answer.reply, forked.answer.reply]).toMatchObject([
      { code: 'ledger-behind' },
      { code: 'ledger-behind' },
    ]);
  });
});

describe('what is not an order of this app is refused without a receipt', () => {
  const bent: readonly [RefusalCode, number, Partial<OrderClaims>][] = [
    ['wrong-issuer', 401, { iss: 'somebody' }],
    ['wrong-audience', 401, { aud: 'another-executor' }],
    ['order-expired', 422, { iat: 1, exp: 2 }],
    ['order-expired', 422, { iat: nowSeconds() + 600, exp: nowSeconds() + 700 }],
    ['order-too-long', 422, { exp: nowSeconds() + 10_000 }],
    ['wrong-id', 422, { jti: 'f'.repeat(64) }],
    ['wrong-id', 422, { try: 7 }],
    ['malformed', 400, { evidence: ['a', 'b', 'c', 'd'] }],
  ];
  it.each(bent)('%s', async (code, status, claims) => {
    const answer = await rig.send(await rig.order({ claims }));
    expect(answer).toEqual({ status, reply: { code, message: expect.any(String), delivery: null } });
  });

  it('tampered tokens', async () => {
    const claims = await rig.order();
    const token = await rig.app.order(claims);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = await generateSigningKey();
    const { kid } = rig.app.key;
    const tokens: [string, RefusalCode][] = [
      [`${header}.${encode({ ...claims, try: 2 })}.${signature}`, 'bad-signature'],
      [`${header}.${payload}.${'A'.repeat(86)}`, 'bad-signature'],
      [await signCompact(claims, orderTyp, other), 'unknown-key'],
      [await signCompact(claims, orderTyp, { ...other, kid }), 'bad-signature'],
      [await signCompact(claims, 'qc-receipt+jws', rig.app.key), 'malformed'],
      [`${encode({ alg: 'none', typ: orderTyp, kid })}.${payload}.${signature}`, 'malformed'],
      [`${encode({ alg: 'HS256', typ: orderTyp, kid })}.${payload}.${signature}`, 'malformed'],
      [`${encode({ alg: 'EdDSA', typ: orderTyp, kid, jwk: other })}.${payload}.${signature}`, 'malformed'],
      [`${encode({ alg: 'EdDSA', typ: orderTyp, kid, crit: ['x'] })}.${payload}.${signature}`, 'malformed'],
      ['', 'malformed'],
      ['x'.repeat(1_100_000), 'too-large'],
    ];
    for (const [sent, code] of tokens) {
      const answer = await readReply(
        await rig.app.send(rig.executor.url, 'POST', paths.orders, sent, { contentType: orderContentType }),
      );
      expect(answer.reply).toMatchObject({ code, delivery: null });
    }
    expect(await rig.app.execution(rig.executor.url, claims.jti)).toBeNull();
  });
});

describe('a request must be signed, of just now, and sent once', () => {
  it.each<[RefusalCode, Parameters<Rig['app']['send']>[4]]>([
    ['malformed', { token: 'x' }],
    ['wrong-issuer', { request: { iss: 'somebody' } }],
    ['wrong-audience', { request: { aud: 'another' } }],
    ['request-expired', { request: { iat: 1, exp: 2 } }],
    ['request-expired', { request: { exp: nowSeconds() + 500 } }],
    ['request-mismatch', { request: { path: '/v1/orders' } }],
    ['request-mismatch', { request: { method: 'GET' } }],
    ['request-mismatch', { signedBody: '{"other":1}' }],
  ])('%s', async (code, changes = {}) => {
    expect(await send(changes)).toMatchObject({ code });
  });

  it('request-replayed', async () => {
    const jti = 'once-and-never-again';
    const first = await rig.app.send(rig.executor.url, 'GET', paths.connections, '', { request: { jti } });
    expect(first.status).toBe(200);
    const again = await rig.app.send(rig.executor.url, 'GET', paths.connections, '', { request: { jti } });
    expect((await readReply(again)).reply).toMatchObject({ code: 'request-replayed' });
  });

  it('orders have a content type of their own', async () => {
    const token = await rig.app.order(await rig.order());
    const answer = await readReply(await rig.app.send(rig.executor.url, 'POST', paths.orders, token));
    expect(answer.reply).toMatchObject({ code: 'malformed' });
  });
});
