import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { computeDigest } from '#core/change/compute-digest';
import { subjectOf } from '#core/evidence/subject';
import { canonicalJson, sha256Hex } from '#core/hash';
import { type EnrolmentClaims, enrolmentTyp } from '#core/protocol/enrolment';
import type { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { computeJti } from '#core/protocol/attempt';
import { computeOrderDigest, type OrderClaims, orderTyp } from '#core/protocol/order';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { type RequestClaims, requestTyp } from '#core/protocol/request';
import { refusedOrders } from './vectors/refused-orders';
import { snapshots } from './vectors/snapshots';
import {
  now,
  installation,
  executorId,
  zeros,
  keyOf,
  connection,
  contents,
  base,
  orderOf,
  receiptOf,
} from './vectors/samples';

/**
 * Writes docs/protocol/vectors.json: fixed keys, a fixed clock, and what an executor in any language must make of them.
 * `npx tsx scripts/make-vectors.ts`. Signing is deterministic, so a second run writes the same file; a difference means
 * that the format changed and every executor with it.
 */

const nothingRan = {
  statements: [],
  durability: null,
  startedAt: null,
  finishedAt: null,
  transactionId: null,
};

const dryRun: NonNullable<ReceiptClaims['dryRun']> = {
  ranOn: null,
  coarse: false,
  statements: [
    {
      index: 0,
      estimate: { rows: 1, cost: 8.3 },
      locks: [{ relation: 'public.orders', mode: 'RowExclusiveLock' }],
      triggers: [],
      rewritten: [],
      walBytes: 192,
    },
  ],
  shortened: false,
  constraints: 'held',
  rowBudget: null,
  leftBehind: { sequences: [], deadRows: 1 },
};

const exported: NonNullable<ReceiptClaims['export']> = {
  format: 'csv',
  sha256: 'b'.repeat(64),
  bytes: 41_187,
  rows: 1_000,
  masked: ['email'],
  expiresAt: '2026-09-22T13:35:02.000Z',
};

async function receipts(
  order: OrderClaims,
  others: { readonly dryRun: OrderClaims; readonly toFile: OrderClaims },
  key: PrivateJwk,
): Promise<object[]> {
  const result = canonicalJson({
    v: 1,
    statements: [
      {
        index: 0,
        columns: [{ name: 'id', type: 'int4' }],
        rows: [['1'], [null]],
        truncated: false,
        message: null,
      },
    ],
  });
  const error = { sqlstate: '23505', condition: 'unique_violation', position: 8 };
  const wanted: [string, Partial<ReceiptClaims>, string | null, OrderClaims?][] = [
    ['succeeded with rows', { resultSha256: await sha256Hex(result) }, result],
    [
      'failed at a statement',
      {
        ...nothingRan,
        status: 'failed',
        statements: [{ index: 0, start: 0, end: 42, command: null, rows: null, ms: 0.5, error }],
      },
      null,
    ],
    [
      'refused',
      {
        ...nothingRan,
        status: 'refused',
        attempt: 0,
        reason: { code: 'approvals-missing', message: 'too few' },
      },
      null,
    ],
    [
      'expired',
      { ...nothingRan, status: 'expired', reason: { code: 'expired', message: 'past endBy' } },
      null,
    ],
    [
      'not as verified, nothing applied',
      {
        ...nothingRan,
        status: 'failed',
        reason: { code: 'verification-failed', message: 'Verification 2 returned false.' },
        verification: { checked: 1, afterCommit: null },
      },
      null,
    ],
    [
      'applied, but not as verified',
      {
        reason: {
          code: 'verification-failed',
          message: 'Applied, but after COMMIT verification 1 returned false.',
        },
        verification: { checked: 2, afterCommit: 'failed' },
      },
      null,
    ],
    ['a dry run', { durability: null, transactionId: null, dryRun }, null, others.dryRun],
    [
      'a result in a file',
      {
        ledgerMode: 'state',
        durability: null,
        transactionId: null,
        statements: [{ index: 0, start: 0, end: 43, command: 'SELECT', rows: 1_000, ms: 12.5, error: null }],
        export: exported,
      },
      null,
      others.toFile,
    ],
    ['says what it ran with', { subject: await subjectOf(order.content) }, null],
    [
      'gave way to a lock before',
      { lockTries: [{ at: '2026-09-21T13:34:58.000Z', statement: 0, sessions: 1 }] },
      null,
    ],
  ];
  const made: object[] = [];
  let prev = zeros;
  for (const [index, [name, changes, body, of = order]] of wanted.entries()) {
    const claims = receiptOf(of, await computeOrderDigest(of), {
      ...changes,
      chain: { id: 'executor-1:0a1b2c3d4e5f', epoch: index < 4 ? 1 : 2, seq: index + 1, prev },
    });
    const token = await signCompact(claims, receiptTyp, key);
    prev = await sha256Hex(token);
    made.push({ name, claims, result: body, token, sha256: prev });
  }
  return made;
}

async function requestOf(
  method: 'GET' | 'POST',
  path: string,
  body: string,
  jti: string,
): Promise<RequestClaims> {
  return {
    iss: installation,
    aud: executorId,
    jti,
    iat: now - 5,
    exp: now + 55,
    method,
    path,
    bodySha256: await sha256Hex(body),
  };
}

async function requests(app: PrivateJwk): Promise<{ accepted: object[]; refused: object[] }> {
  const body = canonicalJson({ connection: connection.key, jti: 'a'.repeat(64) });
  const good = await requestOf('POST', '/v1/revocations', body, '00000000-0000-4000-8000-000000000001');
  const get = await requestOf('GET', '/v1/connections', '', '00000000-0000-4000-8000-000000000002');
  const sign = async (changes: Partial<RequestClaims>): Promise<string> =>
    signCompact({ ...good, ...changes }, requestTyp, app);
  const sent = { method: 'POST', path: '/v1/revocations', body };
  const refused: [string, string, Partial<typeof sent>, string | null][] = [
    ['no header', 'malformed', {}, null],
    ['an order as request', 'malformed', {}, await signCompact(good, orderTyp, app)],
    ['another body', 'request-mismatch', { body: '{}' }, await sign({})],
    ['another path', 'request-mismatch', { path: '/v1/orders' }, await sign({})],
    ['another method', 'request-mismatch', { method: 'GET' }, await sign({})],
    ['lives too long', 'request-expired', {}, await sign({ exp: good.iat + 61 })],
    ['too old', 'request-expired', {}, await sign({ iat: now - 120, exp: now - 60 })],
    ['from the future', 'request-expired', {}, await sign({ iat: now + 31, exp: now + 60 })],
    ['another executor', 'wrong-audience', {}, await sign({ aud: 'executor-2' })],
    ['another installation', 'wrong-issuer', {}, await sign({ iss: 'another' })],
  ];
  return {
    accepted: [
      { ...sent, claims: good, token: await signCompact(good, requestTyp, app) },
      {
        method: 'GET',
        path: '/v1/connections',
        body: '',
        claims: get,
        token: await signCompact(get, requestTyp, app),
      },
    ],
    refused: refused.map(([name, code, changes, token]) => ({ name, code, ...sent, ...changes, token })),
  };
}

async function enrolment(app: PrivateJwk, executor: PrivateJwk): Promise<object> {
  const token = 'one-time-token-of-thirty-two-or-more-characters';
  const receiptUrl = 'https://example.webtrigger.atlassian.app/public/00000000-0000-4000-8000-000000000000';
  const claims: EnrolmentClaims = {
    v: 1,
    iss: executorId,
    aud: installation,
    iat: now,
    tokenSha256: createHash('sha256').update(token).digest('hex'),
    appKid: app.kid,
    receiptUrl,
    executorKey: publicHalf(executor),
  };
  return {
    request: { token, installation, appKid: app.kid, receiptUrl },
    claims,
    reply: await signCompact(claims, enrolmentTyp, executor),
  };
}

async function main(): Promise<void> {
  const [app, executor, foreign] = await Promise.all([keyOf('app'), keyOf('executor'), keyOf('foreign')]);
  const digests = await Promise.all(
    Object.entries(contents).map(async ([name, input]) => ({
      name,
      input,
      canonical: canonicalJson(input),
      digest: await computeDigest(input),
    })),
  );
  const apply = await orderOf(base, 'apply');
  const dry = await orderOf(base, 'dry-run');
  const fileWanted = contents['with a result that goes to a file'];
  if (!fileWanted) throw new Error('no sample with a file');
  const toFile = await orderOf(fileWanted, 'apply');
  const made = await receipts(apply, { dryRun: dry, toFile }, executor);
  const [{ sha256 }] = made as [{ sha256: string }];
  const rollback = await orderOf(base, 'rollback', {
    applyReceiptSha256: sha256,
    ledgerHead: { seq: 9, hash: 'f'.repeat(64) },
  });
  const planned = contents['with a rollback plan'];
  if (!planned) throw new Error('no sample with a rollback plan');
  const byPlan = await orderOf(planned, 'rollback', {
    applyReceiptSha256: sha256,
    beforeImageSha256: 'd'.repeat(64),
  });
  const named = { apply, rollback, 'rollback by plan': byPlan, 'dry run': dry };
  const orders = await Promise.all(
    Object.entries(named).map(async ([name, claims]) => ({
      name,
      claims,
      orderDigest: await computeOrderDigest(claims),
      token: await signCompact(claims, orderTyp, app),
    })),
  );
  const attempts = (
    [
      ['apply', 1],
      ['apply', 2],
      ['rollback', 1],
      ['dry-run', 1],
    ] as const
  ).map(([kind, number]) => ({ installation, issueId: '10001', revision: 1, kind, try: number }));
  const document = {
    about:
      'Test vectors of the executor protocol, version 1. Written by scripts/make-vectors.ts; do not edit. The keys are public: trust them nowhere.',
    now,
    installation,
    executorId,
    keys: { app, executor, foreign },
    connection,
    digests,
    ids: await Promise.all(attempts.map(async (attempt) => ({ attempt, jti: await computeJti(attempt) }))),
    orders,
    refusedOrders: await refusedOrders(apply, app, foreign),
    receipts: made,
    requests: await requests(app),
    enrolment: await enrolment(app, executor),
    snapshots: await snapshots(),
  };
  const file = fileURLToPath(new URL('../docs/protocol/vectors.json', import.meta.url));
  const style = await resolveConfig(file);
  writeFileSync(file, await format(JSON.stringify(document), { ...style, parser: 'json' }));
}

await main();
