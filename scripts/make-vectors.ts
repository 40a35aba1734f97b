import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { base64url, calculateJwkThumbprint, CompactSign, importJWK, type JWK, SignJWT } from 'jose';
import { format, resolveConfig } from 'prettier';
import type { DigestInput } from '#core/change/digest';
import { computeDigest } from '#core/change/digest';
import { canonicalJson, sha256Hex } from '#core/hash';
import { type EnrolmentClaims, enrolmentTyp } from '#core/protocol/enrolment';
import type { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { computeJti, computeOrderDigest, type OrderClaims, orderTyp } from '#core/protocol/order';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { type RequestClaims, requestTyp } from '#core/protocol/request';

/**
 * Writes docs/protocol/vectors.json: fixed keys, a fixed clock, and what an executor in any language must make of them.
 * `npx tsx scripts/make-vectors.ts`. Signing is deterministic, so a second run writes the same file; a difference means
 * that the format changed and every executor with it.
 */

const now = 1_790_000_100;
const installation = 'ari:cloud:ecosystem::installation/11111111-2222-4333-8444-555555555555';
const executorId = 'executor-1';
const zeros = '0'.repeat(64);

/** RFC 8032 section 7.1, tests 1 to 3 (the first is also in RFC 8037 appendix A). Test keys: never trust them anywhere. */
const seeds = {
  app: { d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  executor: {
    d: 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs',
    x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
  },
  foreign: {
    d: 'xaqN9D-fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc',
    x: '_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU',
  },
} as const;

async function keyOf(name: keyof typeof seeds): Promise<PrivateJwk> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', ...seeds[name] } as const;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

/** What the executor of the vectors is configured with. */
const connection = {
  key: 'shop-prod',
  environment: 'prod',
  role: 'shop_writer',
  searchPath: 'public',
  limits: { statementTimeoutMs: 30_000, lockTimeoutMs: 5_000, maxResultRows: 100, maxResultBytes: 65_536 },
  writable: true,
  minimumApprovals: 2,
  protected: true,
  approvers: ['approver-1', 'approver-2', 'approver-3'],
  target: { systemIdentifier: '7400000000000000001', databaseOid: 16_384, databaseName: 'shop' },
} as const;

const contents: Record<string, DigestInput> = {
  'with rollback': {
    v: 1,
    installation,
    issueId: '10001',
    revision: 1,
    author: 'dev-1',
    reason: 'Correct the total of one order',
    connection: connection.key,
    target: connection.target,
    role: connection.role,
    searchPath: connection.searchPath,
    sql: 'update orders set total = 10 where id = 1;\n',
    rollback: 'update orders set total = 12 where id = 1;\n',
    verification: null,
    limits: connection.limits,
    rowBudget: null,
    schemaDigest: null,
  },
};
const [base] = Object.values(contents) as [DigestInput];
contents['without rollback'] = { ...base, rollback: null };
contents['carriage returns stay'] = { ...base, sql: base.sql.replace('\n', '\r\n') };
contents['composed letter'] = { ...base, reason: 'Zürich' };
contents['decomposed letter is another text'] = { ...base, reason: 'Zu\u0308rich' };
contents['outside the basic plane'] = { ...base, sql: "select '😀', $$\u20ac$$" };

async function orderOf(
  content: DigestInput,
  kind: 'apply' | 'rollback',
  changes: Partial<OrderClaims> = {},
): Promise<OrderClaims> {
  const digest = await computeDigest(content);
  const text = kind === 'apply' ? content.sql : (content.rollback ?? '');
  const attempt = { installation, issueId: content.issueId, revision: content.revision, kind, try: 1 };
  const time = '2026-09-21T13:20:00.000Z';
  return {
    v: 1,
    iss: installation,
    aud: executorId,
    jti: await computeJti(attempt),
    iat: now - 100,
    exp: now + 500,
    startBy: now + 500,
    endBy: now + 3_500,
    kind,
    try: 1,
    issue: { id: content.issueId, key: 'QC-1' },
    requestedBy: 'dev-1',
    digest,
    content,
    sqlSha256: await sha256Hex(text),
    approvals: ['approver-1', 'approver-2'].map((accountId) => ({
      accountId,
      at: time,
      digest,
      eligibilityCheckedAt: time,
    })),
    evidence: [],
    analyser: null,
    ledgerHead: { seq: 6, hash: 'e'.repeat(64) },
    applyReceiptSha256: null,
    ...changes,
  };
}

function receiptOf(order: OrderClaims, orderDigest: string, changes: Partial<ReceiptClaims>): ReceiptClaims {
  return {
    v: 1,
    iss: executorId,
    aud: installation,
    jti: order.jti,
    iat: now + 2,
    kind: order.kind,
    issue: order.issue,
    revision: order.content.revision,
    attempt: 1,
    status: 'succeeded',
    reason: null,
    orderDigest,
    digest: order.digest,
    sqlSha256: order.sqlSha256,
    connection: order.content.connection,
    environment: 'prod',
    target: connection.target,
    ledgerMode: 'target',
    durability: 'on',
    statements: [{ index: 0, start: 0, end: 42, command: 'UPDATE', rows: 1, ms: 1.25, error: null }],
    startedAt: '2026-09-21T13:35:01.000Z',
    finishedAt: '2026-09-21T13:35:01.250Z',
    transactionId: '1234',
    resultSha256: null,
    chain: { id: 'executor-1:0a1b2c3d4e5f', seq: 1, prev: zeros },
    ...changes,
  };
}

const nothingRan = {
  statements: [],
  durability: null,
  startedAt: null,
  finishedAt: null,
  transactionId: null,
};

async function receipts(order: OrderClaims, key: PrivateJwk): Promise<object[]> {
  const orderDigest = await computeOrderDigest(order);
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
  const wanted: [string, Partial<ReceiptClaims>, string | null][] = [
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
  ];
  const made: object[] = [];
  let prev = zeros;
  for (const [index, [name, changes, body]] of wanted.entries()) {
    const claims = receiptOf(order, orderDigest, {
      ...changes,
      chain: { id: 'executor-1:0a1b2c3d4e5f', seq: index + 1, prev },
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

/** Signs anything under any header, as an attacker would. */
async function forge(payload: object, header: object, key: PrivateJwk): Promise<string> {
  return new CompactSign(new TextEncoder().encode(canonicalJson(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: orderTyp, kid: key.kid, ...header })
    .sign(await importJWK(key as JWK, 'EdDSA'));
}

async function refusedOrders(good: OrderClaims, app: PrivateJwk, foreign: PrivateJwk): Promise<object[]> {
  const token = await signCompact(good, orderTyp, app);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const parted = (value: object): string => base64url.encode(JSON.stringify(value));
  const tampered = base64url.encode(canonicalJson({ ...good, requestedBy: 'mallory' }));
  const sign = async (changes: Partial<OrderClaims>): Promise<string> =>
    signCompact({ ...good, ...changes }, orderTyp, app);
  const redo = async (content: Partial<DigestInput>, kind: 'apply' | 'rollback' = 'apply'): Promise<string> =>
    signCompact(await orderOf({ ...base, ...content }, kind), orderTyp, app);
  const [first, second] = good.approvals;
  if (!first || !second) throw new Error('two approvals are needed');
  const rows: [name: string, code: string, token: string][] = [
    ['alg none', 'malformed', `${parted({ alg: 'none', typ: orderTyp, kid: app.kid })}.${payload}.`],
    [
      'HS256 with the public key',
      'malformed',
      await new SignJWT({ ...good })
        .setProtectedHeader({ alg: 'HS256', typ: orderTyp, kid: app.kid })
        .sign(base64url.decode(app.x)),
    ],
    ['embedded key', 'malformed', await forge(good, { jwk: publicHalf(foreign) }, foreign)],
    ['no kid', 'malformed', await forge(good, { kid: undefined }, app)],
    ['typ of a receipt', 'malformed', await forge(good, { typ: receiptTyp }, app)],
    ['unknown claim', 'malformed', await forge({ ...good, extra: 1 }, {}, app)],
    ['unknown key', 'unknown-key', await signCompact(good, orderTyp, foreign)],
    ['foreign key under a trusted kid', 'bad-signature', await forge(good, { kid: app.kid }, foreign)],
    ['payload changed', 'bad-signature', `${header}.${tampered}.${signature}`],
    ['another installation', 'wrong-issuer', await sign({ iss: `${installation}0` })],
    ['another executor', 'wrong-audience', await sign({ aud: 'executor-2' })],
    ['lives too long', 'order-too-long', await sign({ exp: good.iat + 901 })],
    ['expired', 'order-expired', await sign({ iat: now - 700, exp: now - 31 })],
    ['from the future', 'order-expired', await sign({ iat: now + 31, exp: now + 500 })],
    ['id of another try', 'wrong-id', await sign({ try: 2 })],
    ['content of another issue', 'digest-mismatch', await sign({ content: { ...base, issueId: '10002' } })],
    [
      'content changed after approval',
      'digest-mismatch',
      await sign({ content: { ...base, sql: 'drop table orders;' } }),
    ],
    ['hash of other bytes', 'sql-mismatch', await sign({ sqlSha256: zeros })],
    ['rollback of a change without one', 'rollback-missing', await redo({ rollback: null }, 'rollback')],
    ['starts too late', 'order-too-long', await sign({ startBy: good.iat + 3_601 })],
    ['ends before it starts', 'order-too-long', await sign({ endBy: good.startBy - 1 })],
    ['unknown connection', 'unknown-connection', await redo({ connection: 'shop-test' })],
    [
      'approval of other content',
      'approval-for-other-digest',
      await sign({ approvals: [first, { ...second, digest: zeros }] }),
    ],
    [
      'author among approvers',
      'author-approved',
      await sign({ approvals: [first, second, { ...first, accountId: 'dev-1' }] }),
    ],
    ['one person twice', 'approvals-missing', await sign({ approvals: [first, first] })],
    ['no approvals', 'approvals-missing', await sign({ approvals: [] })],
    [
      'approver not on the list',
      'approver-not-allowed',
      await sign({ approvals: [first, { ...second, accountId: 'stranger-1' }] }),
    ],
    [
      'look-alike database',
      'target-mismatch',
      await redo({ target: { ...base.target, systemIdentifier: '1' } }),
    ],
    ['another role', 'role-mismatch', await redo({ role: 'postgres' })],
    ['another search path', 'role-mismatch', await redo({ searchPath: 'evil, public' })],
    [
      'limits above the configured',
      'limits-exceeded',
      await redo({ limits: { ...base.limits, statementTimeoutMs: 30_001 } }),
    ],
    [
      'ends the transaction',
      'statement-not-allowed',
      await redo({ sql: 'update orders set total = 1; commit;' }),
    ],
    ['hidden character', 'statement-not-allowed', await redo({ sql: 'select 1 /* \u202e */' })],
  ];
  return rows.map(([name, code, made]) => ({ name, code, token: made }));
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
  const made = await receipts(apply, executor);
  const [{ sha256 }] = made as [{ sha256: string }];
  const rollback = await orderOf(base, 'rollback', {
    applyReceiptSha256: sha256,
    ledgerHead: { seq: 9, hash: 'f'.repeat(64) },
  });
  const orders = await Promise.all(
    [apply, rollback].map(async (claims) => ({
      name: claims.kind,
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
  };
  const file = fileURLToPath(new URL('../docs/protocol/vectors.json', import.meta.url));
  const style = await resolveConfig(file);
  writeFileSync(file, await format(JSON.stringify(document), { ...style, parser: 'json' }));
}

await main();
