import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { computeDigest } from '#core/change/compute-digest';
import { DigestInput } from '#core/change/digest';
import { canonicalJson, sha256Hex } from '#core/hash';
import { EnrolmentClaims, EnrolmentRequest, enrolmentTyp } from '#core/protocol/enrolment';
import { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact, thumbprintMatches, verifyCompact } from '#core/protocol/jws';
import { computeJti, ExecutionKind } from '#core/protocol/attempt';
import { computeOrderDigest, OrderClaims, orderTyp } from '#core/protocol/order';
import { ReceiptClaims, receiptTyp, ResultBody, resultMatches } from '#core/protocol/receipt';
import { RequestClaims, requestTyp } from '#core/protocol/request';
import { snapshotDigest } from '#core/protocol/snapshot';
import { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import { parseConfig } from '../../executor/config';
import { identify, isSignedBody, mismatch } from '../../executor/http/authenticate';
import { checkOrder } from '../../executor/order/check-order';
import { verifyOrderToken } from '../../executor/order/verify-token';
import type { Target } from '../../executor/postgres/target';

const Text = v.string();
const Vectors = v.looseObject({
  now: v.number(),
  installation: Text,
  executorId: Text,
  keys: v.object({ app: PrivateJwk, executor: PrivateJwk, foreign: PrivateJwk }),
  connection: v.looseObject({
    key: Text,
    target: v.looseObject({ systemIdentifier: Text, databaseOid: v.number(), databaseName: Text }),
  }),
  digests: v.array(v.object({ name: Text, input: DigestInput, canonical: Text, digest: Text })),
  ids: v.array(
    v.object({
      attempt: v.object({
        installation: Text,
        issueId: Text,
        revision: v.number(),
        kind: ExecutionKind,
        try: v.number(),
      }),
      jti: Text,
    }),
  ),
  orders: v.array(v.object({ name: Text, claims: OrderClaims, orderDigest: Text, token: Text })),
  refusedOrders: v.array(v.object({ name: Text, code: Text, token: Text })),
  receipts: v.array(
    v.object({ name: Text, claims: ReceiptClaims, result: v.nullable(Text), token: Text, sha256: Text }),
  ),
  requests: v.object({
    accepted: v.array(v.object({ method: Text, path: Text, body: Text, claims: RequestClaims, token: Text })),
    refused: v.array(
      v.object({ name: Text, code: Text, method: Text, path: Text, body: Text, token: v.nullable(Text) }),
    ),
  }),
  enrolment: v.object({ request: EnrolmentRequest, claims: EnrolmentClaims, reply: Text }),
  snapshots: v.array(v.object({ name: Text, snapshot: SchemaSnapshot, canonical: Text, digest: Text })),
});
const file = new URL('../../docs/protocol/vectors.json', import.meta.url);
const vectors = v.parse(Vectors, JSON.parse(readFileSync(file, 'utf8')));
const { keys, executorId, installation, now } = vectors;

const { target, ...connection } = vectors.connection;
const parsed = parseConfig(
  {
    executorId,
    stateDir: 'state',
    state: { url: 'postgres://nowhere/state' },
    trustedApps: [
      { installation, keys: [publicHalf(keys.app)], receiptUrl: vectors.enrolment.request.receiptUrl },
    ],
    connections: [{ ...connection, name: 'Shop', url: 'postgres://nowhere/shop' }],
  },
  { env: {}, baseDir: '/' },
);
if (!parsed.ok) throw new Error(parsed.error.join('\n'));
const config = parsed.value;
const [app] = config.trustedApps;
const [shop] = config.connections;
if (!app || !shop) throw new Error('the vectors need an app and a connection');
/** A database that is there and is the approved one; nothing runs on it. */
const targets = new Map([
  [
    shop.key,
    {
      config: shop,
      halted: () => null,
      probe: async () => ({ engineVersion: '18.4', identity: target, problem: null }),
    } as unknown as Target,
  ],
]);

/** What the executor answers at its door: the code of its refusal, or null when it takes the order in. */
async function judge(token: string): Promise<string | null> {
  if (!app) throw new Error('unreachable');
  const verified = await verifyOrderToken(token, app, executorId, now * 1_000);
  if (!verified.ok) return verified.error.code;
  const checked = await checkOrder(verified.value.claims, config, targets);
  return 'code' in checked ? checked.code : null;
}

test('keys are named by their thumbprints', async () => {
  for (const key of Object.values(keys)) expect(await thumbprintMatches(key)).toBe(true);
});

test.each(vectors.digests)('digest: $name', async ({ input, canonical, digest }) => {
  expect(canonicalJson(input)).toBe(canonical);
  expect(await sha256Hex(canonical)).toBe(digest);
  expect(await computeDigest(input)).toBe(digest);
});

test.each(vectors.ids)('id of try $attempt.try of $attempt.kind', async ({ attempt, jti }) => {
  expect(await computeJti(attempt)).toBe(jti);
});

test.each(vectors.orders)('order: $name', async ({ claims, orderDigest, token }) => {
  expect(await signCompact(claims, orderTyp, keys.app)).toBe(token);
  expect(await verifyCompact(token, orderTyp, [publicHalf(keys.app)], OrderClaims)).toEqual({
    ok: true,
    value: claims,
  });
  expect(await computeOrderDigest(claims)).toBe(orderDigest);
  expect(await judge(token)).toBeNull();
});

test.each(vectors.refusedOrders)('refused order: $name', async ({ code, token }) => {
  expect(await judge(token)).toBe(code);
});

test.each(vectors.receipts)('receipt: $name', async ({ claims, result, token, sha256 }) => {
  expect(await signCompact(claims, receiptTyp, keys.executor)).toBe(token);
  expect(await verifyCompact(token, receiptTyp, [publicHalf(keys.executor)], ReceiptClaims)).toEqual({
    ok: true,
    value: claims,
  });
  expect(await sha256Hex(token)).toBe(sha256);
  expect(await resultMatches(claims, result)).toBe(true);
  if (result !== null) expect(v.is(ResultBody, JSON.parse(result))).toBe(true);
});

test('receipts are a chain', () => {
  let prev = '0'.repeat(64);
  for (const [index, { claims, sha256 }] of vectors.receipts.entries()) {
    expect(claims.chain).toMatchObject({ seq: index + 1, prev });
    prev = sha256;
  }
  expect(vectors.orders.find(({ name }) => name === 'rollback')?.claims.applyReceiptSha256).toBe(
    vectors.receipts[0]?.sha256,
  );
});

describe('requests', () => {
  const ask = async (request: {
    method: string;
    path: string;
    body: string;
    token: string | null;
  }): Promise<string | null> => {
    const raw = { ...request, token: request.token ?? undefined };
    const sender = await identify(raw, config.trustedApps, executorId, now * 1_000);
    if (!sender.ok) return sender.error.code;
    return isSignedBody(sender.value, raw.body) ? null : mismatch.code;
  };

  test.each(vectors.requests.accepted)('$method $path', async ({ claims, token, ...request }) => {
    expect(await signCompact(claims, requestTyp, keys.app)).toBe(token);
    expect(await ask({ ...request, token })).toBeNull();
  });

  test.each(vectors.requests.refused)('refused: $name', async ({ code, ...request }) => {
    expect(await ask(request)).toBe(code);
  });
});

test('enrolment', async () => {
  const { request, claims, reply } = vectors.enrolment;
  expect(await signCompact(claims, enrolmentTyp, keys.executor)).toBe(reply);
  expect(await sha256Hex(request.token)).toBe(claims.tokenSha256);
  expect(claims.executorKey).toEqual(publicHalf(keys.executor));
});

test.each(vectors.snapshots)('snapshot: $name', async ({ snapshot, canonical, digest }) => {
  expect(canonicalJson(snapshot)).toBe(canonical);
  expect(await snapshotDigest(snapshot)).toBe(digest);
});
