import { generateSigningKey, signCompact } from '#core/protocol/jws';
import { computeJti } from '#core/protocol/attempt';
import { type OrderClaims, orderTyp } from '#core/protocol/order';
import type { RefusalCode } from '#core/protocol/transport';
import { nowSeconds, type OrderWish } from '../../integration/executor/support/app';
import type { World } from '../support/world';

/** An order that is wrong in one thing. */
export interface WrongOrder {
  readonly code: RefusalCode;
  readonly what: string;
  readonly wish?: OrderWish;
  readonly connection?: string;
  /** Turns the claims into the token; default: signed by the app. */
  readonly token?: (claims: OrderClaims, world: World) => Promise<string>;
  /** True when only the transaction can find out: the order is taken in, and its receipt says no. */
  readonly atRun?: true;
  /** What must have happened before, with the same change. */
  readonly before?:
    | 'applied'
    | 'applied and rollback window over'
    | 'applied and kept rows past their time'
    | 'revoked'
    | 'newer ledger'
    | 'same id, other order';
}

const zeros = '0'.repeat(64);
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const guarded = { connection: 'guarded' };

/** Well formed, but nobody derived it. */
const anyPlan: NonNullable<OrderClaims['content']['rollbackPlan']> = {
  generator: 1,
  statements: [
    {
      index: 0,
      action: 'insert',
      table: { schema: 'public', name: 'counters' },
      key: ['change'],
      columns: ['change', 'n'],
    },
  ],
  maxRows: 1,
  maxBytes: 1,
  keepHours: 1,
};

/** Whoever got a dry run allowed has nothing to apply a change with. */
async function underIdOfDryRun(claims: OrderClaims, { app }: World): Promise<string> {
  const { iss: installation, issue, content } = claims;
  const attempt = {
    installation,
    issueId: issue.id,
    revision: content.revision,
    kind: 'dry-run',
    try: 1,
  } as const;
  return signCompact({ ...claims, jti: await computeJti(attempt) }, orderTyp, app.key);
}

/** Refused by the token: there is no receipt, because it is no order of this app. */
const unverified: readonly WrongOrder[] = [
  { code: 'too-large', what: 'a token without end', token: async () => 'x'.repeat(1_100_000) },
  { code: 'malformed', what: 'no token', token: async () => 'x' },
  {
    code: 'malformed',
    what: 'algorithm none',
    token: async (claims, { app }) =>
      `${encode({ alg: 'none', typ: orderTyp, kid: app.key.kid })}.${encode(claims)}.`,
  },
  {
    code: 'malformed',
    what: 'type of a receipt',
    token: async (claims, { app }) => signCompact(claims, 'qc-receipt+jws', app.key),
  },
  {
    code: 'malformed',
    what: 'a claim nobody knows',
    token: async (claims, { app }) => signCompact({ ...claims, extra: 1 }, orderTyp, app.key),
  },
  {
    code: 'unknown-key',
    what: 'a key nobody trusts',
    token: async (claims) => signCompact(claims, orderTyp, await generateSigningKey()),
  },
  {
    code: 'bad-signature',
    what: 'another key under the trusted name',
    token: async (claims, { app }) =>
      signCompact(claims, orderTyp, { ...(await generateSigningKey()), kid: app.key.kid }),
  },
  { code: 'wrong-issuer', what: 'another installation', wish: { claims: { iss: 'somebody' } } },
  { code: 'wrong-audience', what: 'another executor', wish: { claims: { aud: 'executor-2' } } },
  { code: 'order-expired', what: 'expired', wish: { claims: { iat: 1, exp: 2 } } },
  { code: 'wrong-id', what: 'the id of another try', wish: { claims: { try: 7 } } },
];

const verified: readonly WrongOrder[] = [
  { code: 'digest-mismatch', what: 'content changed after approval', wish: { claims: { digest: zeros } } },
  { code: 'digest-mismatch', what: 'content of another issue', wish: { content: { issueId: 'other' } } },
  { code: 'sql-mismatch', what: 'hash of other bytes', wish: { claims: { sqlSha256: zeros } } },
  { code: 'unknown-connection', what: 'no such connection', wish: { content: { connection: 'nowhere' } } },
  { code: 'connection-not-ready', what: 'never initialised', connection: 'shut' },
  {
    code: 'target-mismatch',
    what: 'a look-alike database',
    wish: { content: { target: { systemIdentifier: '1', databaseOid: 2, databaseName: 'x' } } },
  },
  { code: 'role-mismatch', what: 'another role', wish: { content: { role: 'postgres' } } },
  { code: 'role-mismatch', what: 'another search path', wish: { content: { searchPath: 'evil, public' } } },
  {
    code: 'limits-exceeded',
    what: 'a longer timeout',
    wish: {
      content: {
        limits: { statementTimeoutMs: 60_000, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 },
      },
    },
  },
  {
    code: 'approval-for-other-digest',
    what: 'a vote for other content',
    token: async (claims, { app }) => {
      const [first, ...others] = claims.approvals.map((one) => ({ ...one }));
      const approvals = first ? [{ ...first, digest: zeros }, ...others] : [];
      return signCompact({ ...claims, approvals }, orderTyp, app.key);
    },
  },
  { code: 'approvals-missing', what: 'no approval', wish: { approvers: [] } },
  {
    code: 'approvals-missing',
    what: 'one person twice',
    wish: { approvers: ['approver-1', 'approver-1'] },
    ...guarded,
  },
  {
    code: 'approver-not-allowed',
    what: 'a stranger',
    wish: { approvers: ['approver-1', 'stranger'] },
    ...guarded,
  },
  { code: 'author-approved', what: 'the author voted', wish: { approvers: ['author-1', 'approver-1'] } },
  { code: 'approvers-not-configured', what: 'protected, no list', connection: 'listless' },
  {
    code: 'review-failed',
    what: 'an error that nobody has set aside',
    wish: { sql: 'delete from counters' },
    connection: 'strict',
  },
  {
    code: 'waiver-not-allowed',
    what: 'a waiver of what is never set aside',
    wish: { sql: '-- qc-waive ban-drop-column: it is old\nalter table counters drop column n' },
    connection: 'strict',
  },
  {
    code: 'schema-not-recorded',
    what: 'no structure',
    wish: { content: { schemaDigest: null } },
    ...guarded,
  },
  {
    code: 'schema-changed',
    what: 'another structure',
    wish: { content: { schemaDigest: zeros } },
    atRun: true,
  },
  { code: 'outside-window', what: 'during a freeze', connection: 'frozen', atRun: true },
  {
    code: 'secret-in-statement',
    what: 'a password',
    wish: { sql: `create role somebody login password 'pa55word'` },
  },
  { code: 'writes-refused', what: 'a change where only reads are taken', connection: 'read' },
  { code: 'statement-not-allowed', what: 'ends its transaction', wish: { sql: 'select 1; commit' } },
  { code: 'statement-not-allowed', what: 'becomes another', wish: { sql: 'set role postgres' } },
  { code: 'statement-not-allowed', what: 'a hidden character', wish: { sql: 'select 1 /* \u202e */' } },
  {
    code: 'dry-run-refused',
    what: 'a dry run where none is taken',
    wish: { kind: 'dry-run' },
    connection: 'never',
  },
  {
    code: 'dry-run-not-possible',
    what: 'a dry run of what stays',
    wish: { kind: 'dry-run', sql: `select setval('shop.orders_id_seq', 1)` },
  },
  {
    code: 'approvals-missing',
    what: 'a dry run on a protected database before its approval',
    wish: { kind: 'dry-run', approvers: ['approver-1'] },
    ...guarded,
  },
  {
    code: 'approver-not-allowed',
    what: 'a dry run on a protected database, approved by a stranger',
    wish: { kind: 'dry-run', approvers: ['approver-1', 'stranger'] },
    ...guarded,
  },
  {
    code: 'author-approved',
    what: 'a dry run with the vote of its author',
    wish: { kind: 'dry-run', approvers: ['author-1'] },
  },
  {
    code: 'writes-refused',
    what: 'a dry run that writes where only reads are taken',
    wish: { kind: 'dry-run', approvers: [] },
    connection: 'read',
  },
  {
    code: 'digest-mismatch',
    what: 'a dry run of other content than it says',
    wish: { kind: 'dry-run', claims: { digest: zeros } },
  },
  { code: 'wrong-id', what: 'an order to apply under the id of a dry run', token: underIdOfDryRun },
  {
    code: 'rollback-ambiguous',
    what: 'a rollback that was written and one by kept rows',
    wish: { rollback: 'select 1', content: { rollbackPlan: anyPlan } },
  },
  { code: 'rollback-missing', what: 'no rollback was approved', wish: { kind: 'rollback' } },
  {
    code: 'nothing-to-roll-back',
    what: 'never applied',
    wish: { kind: 'rollback', rollback: 'select 1', applyReceiptSha256: zeros },
  },
  {
    code: 'nothing-to-roll-back',
    what: 'another receipt',
    wish: { kind: 'rollback', applyReceiptSha256: zeros },
    before: 'applied',
  },
  {
    code: 'rollback-too-late',
    what: 'after the window',
    wish: { kind: 'rollback' },
    before: 'applied and rollback window over',
  },
  {
    code: 'before-image-expired',
    what: 'a rollback by rows that are kept no longer',
    wish: { kind: 'rollback' },
    before: 'applied and kept rows past their time',
  },
  { code: 'already-applied', what: 'a second try', wish: { try: 2 }, before: 'applied' },
  { code: 'ledger-behind', what: 'an older ledger', before: 'newer ledger' },
  { code: 'order-revoked', what: 'after its tombstone', before: 'revoked' },
  { code: 'order-conflict', what: 'another order under the id', before: 'same id, other order' },
];

/** Every case; times are of now, so they are made when they are used. */
export function wrongOrders(): readonly WrongOrder[] {
  const now = nowSeconds();
  return [
    ...unverified,
    { code: 'order-too-long', what: 'lives too long', wish: { claims: { exp: now + 10_000 } } },
    { code: 'order-expired', what: 'of the future', wish: { claims: { iat: now + 600, exp: now + 700 } } },
    ...verified,
    { code: 'order-too-long', what: 'starts too late', wish: { startBy: now + 4_000, endBy: now + 4_100 } },
    { code: 'order-too-long', what: 'ends before it starts', wish: { startBy: now + 300, endBy: now + 10 } },
  ];
}

/** Codes that say nothing about an order itself; the executor's integration tests meet them. */
export const notOfOrders: readonly RefusalCode[] = [
  'request-expired',
  'request-replayed',
  'request-mismatch',
  'rate-limited',
  'not-found',
  'unavailable',
  'halted',
];
