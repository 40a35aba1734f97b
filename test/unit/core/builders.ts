import type { DigestInput } from '#core/change/digest';
import type { ChangeEventBody } from '#core/change/event';
import { evolve } from '#core/change/machine';
import { initialState, type ChangeState, type RevisionState } from '#core/change/state';
import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims, StatementOutcome } from '#core/protocol/receipt';
import type { ConnectionInfo } from '#core/protocol/connection';

/** 64 times the same hexadecimal digit: a readable stand-in for a hash. */
export const hash = (digit: string): string => digit.repeat(64);

export const installation = 'ari:cloud:ecosystem::installation/11111111-2222-4333-8444-555555555555';
export const author = 'dev-1';
export const approvers = ['approver-1', 'approver-2', 'approver-3'] as const;
export const at = '2026-11-21T10:00:00.000Z';

const limits = {
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5_000,
  maxResultRows: 100,
  maxResultBytes: 65_536,
};

const target = {
  systemIdentifier: '7400000000000000001',
  databaseOid: 16_384,
  databaseName: 'shop',
};

export function aDigestInput(changes: Partial<DigestInput> = {}): DigestInput {
  return {
    v: 1,
    installation,
    issueId: '10001',
    revision: 1,
    author,
    reason: 'Correct the price of one order',
    connection: 'shop-prod',
    target,
    role: 'shop_writer',
    searchPath: 'public',
    sql: 'update orders set total = 10 where id = 1;',
    rollback: 'update orders set total = 12 where id = 1;',
    verification: null,
    limits,
    rowBudget: null,
    schemaDigest: null,
    ...changes,
  };
}

export function anOrder(changes: Partial<OrderClaims> = {}): OrderClaims {
  return {
    v: 1,
    iss: installation,
    aud: 'executor-1',
    jti: hash('1'),
    iat: 1_790_000_000,
    exp: 1_790_000_600,
    startBy: 1_790_000_600,
    endBy: 1_790_003_600,
    kind: 'apply',
    try: 1,
    issue: { id: '10001', key: 'QC-1' },
    requestedBy: author,
    digest: hash('d'),
    content: aDigestInput(),
    sqlSha256: hash('5'),
    approvals: [{ accountId: 'approver-1', at, digest: hash('d'), eligibilityCheckedAt: at }],
    evidence: [],
    analyser: null,
    ledgerHead: { seq: 5, hash: hash('e') },
    applyReceiptSha256: null,
    ...changes,
  };
}

export function aStatement(changes: Partial<StatementOutcome> = {}): StatementOutcome {
  return { index: 0, start: 0, end: 42, command: 'UPDATE', rows: 1, ms: 1.5, error: null, ...changes };
}

export function aReceipt(changes: Partial<ReceiptClaims> = {}): ReceiptClaims {
  return {
    v: 1,
    iss: 'executor-1',
    aud: installation,
    jti: hash('1'),
    iat: 1_790_000_010,
    kind: 'apply',
    issue: { id: '10001', key: 'QC-1' },
    revision: 1,
    attempt: 1,
    status: 'succeeded',
    reason: null,
    orderDigest: hash('0'),
    digest: hash('d'),
    sqlSha256: hash('5'),
    connection: 'shop-prod',
    environment: 'prod',
    target,
    ledgerMode: 'target',
    durability: 'on',
    statements: [aStatement()],
    startedAt: at,
    finishedAt: at,
    transactionId: '1234',
    resultSha256: null,
    chain: { id: 'executor-1:abcdef', epoch: 1, seq: 1, prev: hash('0') },
    ...changes,
  };
}

export function aConnection(changes: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    key: 'shop-prod',
    name: 'Shop',
    engine: 'postgresql',
    engineVersion: '18.4',
    environment: 'prod',
    dataClasses: ['personal'],
    maskedClasses: [],
    exports: null,
    schedule: { windows: [], freezes: [] },
    role: 'shop_writer',
    searchPath: 'public',
    limits,
    ledgerMode: 'target',
    writable: true,
    results: 'restricted',
    minimumApprovals: 2,
    protected: true,
    target,
    problem: null,
    ...changes,
  };
}

export function aRevision(changes: Partial<RevisionState> = {}): RevisionState {
  return {
    number: 1,
    digest: hash('d'),
    author,
    editors: [],
    connection: 'shop-prod',
    environment: 'prod',
    approvalsRequired: 2,
    approverGroup: { id: 'group-1', name: 'shop-approvers' },
    candidates: [...approvers],
    hasRollback: true,
    resultsPublic: false,
    analysis: null,
    submittedAt: at,
    approvedAt: null,
    ...changes,
  };
}

/** Folds events, each with its actor, over the initial state. */
export function stateAfter(
  ...events: readonly (readonly [actor: string, body: ChangeEventBody])[]
): ChangeState {
  return events.reduce((state, [actor, body]) => evolve(state, { actor, body, at }), initialState);
}

/** Bodies of the events of an ordinary life, for tests that need a change in a certain status. */
export const events = {
  submitted: (changes: Partial<Extract<ChangeEventBody, { type: 'submitted' }>> = {}): ChangeEventBody => ({
    type: 'submitted',
    revision: 1,
    digest: hash('d'),
    editors: [],
    connection: 'shop-prod',
    environment: 'prod',
    approvalsRequired: 2,
    approverGroup: { id: 'group-1', name: 'shop-approvers' },
    candidates: [...approvers],
    hasRollback: true,
    resultsPublic: false,
    ...changes,
  }),
  voted: (digest = hash('d')): ChangeEventBody => ({ type: 'voted', digest, channel: 'panel', comment: '' }),
  approved: (voters: string[] = ['approver-1', 'approver-2'], digest = hash('d')): ChangeEventBody => ({
    type: 'approved',
    digest,
    voters,
  }),
  run: (tryNumber = 1, kind: 'apply' | 'rollback' = 'apply', digest = hash('d')): ChangeEventBody => ({
    type: 'run-requested',
    kind,
    try: tryNumber,
    jti: jtiOf(kind, tryNumber),
    digest,
  }),
  signed: (tryNumber = 1, kind: 'apply' | 'rollback' = 'apply'): ChangeEventBody => ({
    type: 'order-signed',
    kind,
    try: tryNumber,
    jti: jtiOf(kind, tryNumber),
    orderDigest: hash('0'),
    executor: 'executor-1',
    startBy: 1_790_000_600,
    voters: ['approver-1', 'approver-2'],
  }),
  receipt: (
    status: ReceiptClaims['status'],
    tryNumber = 1,
    kind: 'apply' | 'rollback' = 'apply',
    changes: Partial<Extract<ChangeEventBody, { type: 'receipt-accepted' }>> = {},
  ): ChangeEventBody => ({
    type: 'receipt-accepted',
    kind,
    try: tryNumber,
    jti: jtiOf(kind, tryNumber),
    status,
    receiptSha256: hash('f'),
    rows: status === 'succeeded' ? 3 : null,
    finishedAt: status === 'succeeded' ? '2026-11-21T10:05:00.000Z' : null,
    code: null,
    message: null,
    ...changes,
  }),
  notStarted: (tryNumber = 1, kind: 'apply' | 'rollback' = 'apply'): ChangeEventBody => ({
    type: 'not-started',
    kind,
    try: tryNumber,
    jti: jtiOf(kind, tryNumber),
    code: 'expired',
    message: 'past startBy',
  }),
  stopRequested: (tryNumber = 1, kind: 'apply' | 'rollback' = 'apply'): ChangeEventBody => ({
    type: 'stop-requested',
    kind,
    try: tryNumber,
    jti: jtiOf(kind, tryNumber),
    reason: 'It blocks the shop.',
  }),
} as const;

/** A readable stand-in for the id of an attempt. */
export function jtiOf(kind: 'apply' | 'rollback', tryNumber: number): string {
  return `${kind === 'apply' ? 'a' : 'b'}${tryNumber}`.padEnd(64, '0');
}

const inReview = [[author, events.submitted()]] as const;
const isApproved = [
  ...inReview,
  ['approver-1', events.voted()],
  ['approver-2', events.voted()],
  ['app', events.approved()],
] as const;
const isRunning = [...isApproved, [author, events.run()], ['app', events.signed()]] as const;
const hasSucceeded = [...isRunning, ['executor', events.receipt('succeeded')]] as const;

/** One ordinary change in each status. */
export const examples = {
  draft: initialState,
  'in-review': stateAfter(...inReview),
  approved: stateAfter(...isApproved),
  running: stateAfter(...isRunning),
  succeeded: stateAfter(...hasSucceeded),
  failed: stateAfter(...isRunning, [
    'executor',
    events.receipt('failed', 1, 'apply', { code: '23505', message: 'unique_violation' }),
  ]),
  'needs-attention': stateAfter(...isRunning, ['executor', events.receipt('unknown')]),
  'rolled-back': stateAfter(
    ...hasSucceeded,
    [author, events.run(1, 'rollback')],
    ['app', events.signed(1, 'rollback')],
    ['executor', events.receipt('succeeded', 1, 'rollback')],
  ),
  rejected: stateAfter(...inReview, ['approver-1', { type: 'rejected', reason: 'too risky' }]),
  cancelled: stateAfter(...inReview, [author, { type: 'cancelled' }]),
} as const satisfies Record<ChangeState['status'], ChangeState>;

/** A change whose rollback is under way. */
export const rollingBack = stateAfter(...hasSucceeded, [author, events.run(1, 'rollback')]);
