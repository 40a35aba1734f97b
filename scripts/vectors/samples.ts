import { calculateJwkThumbprint } from 'jose';
import { computeDigest } from '#core/change/compute-digest';
import type { DigestInput } from '#core/change/digest';
import { canonicalJson, sha256Hex } from '#core/hash';
import type { PrivateJwk } from '#core/protocol/jwk';
import { computeJti } from '#core/protocol/attempt';
import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims } from '#core/protocol/receipt';

/** The fixed world of the test vectors: clock, keys, connection, contents, an order and a receipt to vary. */

export const now = 1_790_000_100;
export const installation = 'ari:cloud:ecosystem::installation/11111111-2222-4333-8444-555555555555';
export const executorId = 'executor-1';
export const zeros = '0'.repeat(64);

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

export async function keyOf(name: keyof typeof seeds): Promise<PrivateJwk> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', ...seeds[name] } as const;
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

/** What the executor of the vectors is configured with. */
export const connection = {
  key: 'shop-prod',
  environment: 'prod',
  role: 'shop_writer',
  searchPath: 'public',
  limits: { statementTimeoutMs: 30_000, lockTimeoutMs: 5_000, maxResultRows: 100, maxResultBytes: 65_536 },
  writable: true,
  minimumApprovals: 2,
  protected: true,
  requireSchemaDigest: false,
  approvers: ['approver-1', 'approver-2', 'approver-3'],
  target: { systemIdentifier: '7400000000000000001', databaseOid: 16_384, databaseName: 'shop' },
} as const;

export const contents: Record<string, DigestInput> = {
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
export const [base] = Object.values(contents) as [DigestInput];
contents['without rollback'] = { ...base, rollback: null };
contents['with a row budget'] = { ...base, rowBudget: 10 };
contents['with a recorded structure'] = { ...base, schemaDigest: 'c'.repeat(64) };
contents['with a recorded structure and its shape'] = {
  ...base,
  schemaDigest: 'c'.repeat(64),
  schemaShape: 'a'.repeat(64),
};
contents['with a verification'] = {
  ...base,
  verification: 'select total = 10 from orders where id = 1;',
};
contents['with a rollback plan'] = {
  ...base,
  rollback: null,
  rollbackPlan: {
    generator: 1,
    statements: [
      {
        index: 0,
        action: 'update',
        table: { schema: 'shop', name: 'orders' },
        key: ['id'],
        columns: ['total'],
      },
    ],
    maxRows: 100_000,
    maxBytes: 67_108_864,
    keepHours: 24,
  },
};
contents['with a result that goes to a file'] = {
  ...base,
  sql: 'select id, email from customers order by id',
  rollback: null,
  export: { format: 'csv' },
};
contents['a row budget of nothing is not none'] = { ...base, rowBudget: 0 };
contents['carriage returns stay'] = { ...base, sql: base.sql.replace('\n', '\r\n') };
contents['composed letter'] = { ...base, reason: 'Zürich' };
contents['decomposed letter is another text'] = { ...base, reason: 'Zu\u0308rich' };
contents['outside the basic plane'] = { ...base, sql: "select '😀', $$\u20ac$$" };

export async function orderOf(
  content: DigestInput,
  kind: OrderClaims['kind'],
  changes: Partial<OrderClaims> = {},
): Promise<OrderClaims> {
  const digest = await computeDigest(content);
  const { rollbackPlan } = content;
  const inverse = rollbackPlan ? canonicalJson(rollbackPlan) : (content.rollback ?? '');
  const text = kind === 'rollback' ? inverse : content.sql;
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
    analyser: { name: `1/${'b'.repeat(64)}`, risk: 'medium', errors: 0, warnings: 1, waived: 0 },
    ledgerHead: { seq: 6, hash: 'e'.repeat(64) },
    applyReceiptSha256: null,
    ...changes,
  };
}

export function receiptOf(
  order: OrderClaims,
  orderDigest: string,
  changes: Partial<ReceiptClaims>,
): ReceiptClaims {
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
    chain: { id: 'executor-1:0a1b2c3d4e5f', epoch: 1, seq: 1, prev: zeros },
    ...changes,
  };
}
