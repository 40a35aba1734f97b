import type { DraftContent } from '#core/change/content';
import type { ConnectionView, ChangeView, OutcomeView, RevisionView } from '#core/panel/view';
import type { ResultBody, StatementOutcome } from '#core/protocol/receipt';
import { utf8Length } from '#core/hash';
import { changeChannel } from '#core/panel/signal';
import { type PanelValue } from '#core/panel/contract';

export const author = 'acc-ana';
export const approver = 'acc-ben';
export const other = 'acc-caro';
export const names: Readonly<Record<string, string>> = {
  [author]: 'Ana Author',
  [approver]: 'Ben Approver',
  [other]: 'Caro Approver',
};

export const digest = '3f9c2b7ad1e04c58f6a19b3d7c2e8054aa61f0937be5d2c4189f6e0b3d7a5c21';

export const sql = `-- Void abandoned orders of 2024
UPDATE orders
   SET status = 'void'
 WHERE created_at < '2025-01-01'
   AND status = 'open';

SELECT id, status, note FROM orders WHERE status = 'void' ORDER BY id LIMIT 50;
`;
export const rollback = `UPDATE orders SET status = 'open' WHERE status = 'void' AND created_at < '2025-01-01';`;
const reason = 'Abandoned orders block the stock count (SHOP-231).';

const connection: ConnectionView = {
  key: 'shop-prod',
  name: 'Shop, production',
  engine: 'PostgreSQL',
  engineVersion: '18.4',
  environment: 'prod',
  dataClasses: ['personal data'],
  role: 'shop_change',
  searchPath: 'public',
  limits: { statementTimeoutMs: 30_000, lockTimeoutMs: 5_000, maxResultRows: 1_000, maxResultBytes: 180_000 },
  ledgerMode: 'target',
  writable: true,
  resultsPublic: false,
  approvalsRequired: 2,
  approverGroup: 'dba-prod',
  target: { systemIdentifier: '7571234567890123456', databaseOid: 16_384, databaseName: 'shop' },
  problem: null,
};
const connections: ConnectionView[] = [
  {
    ...connection,
    key: 'shop-dev',
    name: 'Shop, development',
    environment: 'dev',
    resultsPublic: true,
    approvalsRequired: 1,
    approverGroup: 'dba',
  },
  connection,
  {
    ...connection,
    key: 'reports',
    name: 'Reports',
    writable: false,
    problem: 'Its executor does not answer.',
  },
];

/** A filled draft's content. */
export const content: DraftContent = { connection: 'shop-prod', sql, rollback, reason };

const revision: RevisionView = {
  number: 2,
  digest,
  author,
  reason,
  connection: 'shop-prod',
  environment: 'prod',
  target: { systemIdentifier: '7571234567890123456', databaseOid: 16_384, databaseName: 'shop' },
  role: 'shop_change',
  searchPath: 'public',
  limits: connection.limits,
  sql,
  rollback,
  submittedAt: '2026-11-21T09:10:00Z',
  approvalsRequired: 2,
  approverGroup: 'dba-prod',
  candidates: [approver, other],
};

const base: ChangeView = {
  issue: { id: '10042', key: 'QC-42' },
  viewer: author,
  status: 'draft',
  seq: 3,
  setupProblem: null,
  connections,
  draft: null,
  mayEdit: false,
  revision: null,
  votes: [],
  approvalsMissing: 0,
  headline: '',
  primary: null,
  secondary: [],
  blockers: [],
  running: null,
  outcomes: [],
  attention: null,
  resolution: null,
  attempts: 0,
  channel: changeChannel('10042'),
};

const submitAction = { name: 'submit', label: 'Submit for review', enabled: true, why: null } as const;
const cancelAction = { name: 'cancel', label: 'Cancel change', enabled: true, why: null } as const;
const reworkAction = { name: 'rework', label: 'Edit (voids approvals)', enabled: true, why: null } as const;
const approveAction = { name: 'approve', label: 'Approve revision 2', enabled: true, why: null } as const;
const decide = [
  { name: 'request-changes', label: 'Request changes', enabled: true, why: null },
  { name: 'reject', label: 'Reject', enabled: true, why: null },
] as const;
const votes = [
  { accountId: approver, at: '2026-11-21T09:20:00Z', comment: 'Row count checked against the report.' },
  { accountId: other, at: '2026-11-21T09:31:00Z', comment: '' },
];
const waiting = { kind: 'wait', message: 'Waiting for 2 more approvals from dba-prod.' } as const;

const draft = { version: 4, content, savedAt: '2026-11-21T09:03:00Z', savedBy: author };
const reviewed: ChangeView = { ...base, revision, status: 'in-review', approvalsMissing: 2 };
const applied: ChangeView = { ...reviewed, votes, approvalsMissing: 0 };

/** Statement outcomes of `text`, one per statement, cut at the semicolons (the fixtures have none inside literals). */
function outcomesOf(text: string, parts: readonly Partial<StatementOutcome>[]): StatementOutcome[] {
  let from = 0;
  return parts.map((part, index) => {
    const end = text.indexOf(';', from) + 1;
    const bytes = { start: utf8Length(text.slice(0, from)), end: utf8Length(text.slice(0, end)) };
    from = end;
    return { index, ...bytes, command: null, rows: null, ms: 0, error: null, ...part };
  });
}

const outcome: OutcomeView = {
  kind: 'apply',
  try: 1,
  status: 'succeeded',
  statements: outcomesOf(sql, [
    { command: 'UPDATE', rows: 41_187, ms: 1_830.2 },
    { command: 'SELECT', rows: 3, ms: 2.41 },
  ]),
  startedAt: '2026-11-21T09:40:11.000Z',
  finishedAt: '2026-11-21T09:40:12.910Z',
  transactionId: '918273',
  code: null,
  message: null,
  executor: 'executor-local',
  receiptSha256: digest.replace('3f9c', 'a1b2'),
  ledgerMode: 'target',
  hasResult: true,
  resultRefusal: null,
};
const failure: OutcomeView = {
  ...outcome,
  status: 'failed',
  statements: outcomesOf(sql, [
    { command: 'UPDATE', rows: 41_187, ms: 1_830.2 },
    {
      ms: 1.2,
      error: { sqlstate: '42703', condition: 'undefined_column', position: sql.indexOf('note') + 1 },
    },
  ]),
  transactionId: null,
};
const rolledBack: OutcomeView = {
  ...outcome,
  kind: 'rollback',
  statements: outcomesOf(rollback, [{ command: 'UPDATE', rows: 41_187, ms: 1_702 }]),
  hasResult: false,
};

/** Rows of the succeeded fixture, with cells that a spreadsheet would take for formulas. */
export const resultBody: ResultBody = {
  v: 1,
  statements: [
    { index: 0, columns: [], rows: [], truncated: false, message: null },
    {
      index: 1,
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'status', type: 'text' },
        { name: 'note', type: 'text' },
      ],
      rows: [
        ['991', 'void', '=HYPERLINK("http://example.test","click")'],
        ['992', 'void', null],
        ['993', 'void', 'said "no", twice'],
      ],
      truncated: false,
      message: null,
    },
  ],
};
const failedBody: ResultBody = {
  v: 1,
  statements: [
    {
      index: 1,
      columns: [],
      rows: [],
      truncated: false,
      message:
        'column "note" does not exist\nHINT: Perhaps you meant to reference the column "orders.notes".',
    },
  ],
};

/** Results by status of the fixture that shows them. */
export function resultFor(view: ChangeView): ResultBody {
  return view.status === 'failed' ? failedBody : resultBody;
}

export const timeline: PanelValue<'timeline'> = {
  entries: [
    { seq: 1, at: '2026-11-21T09:00:00Z', actor: author, words: 'began a draft', detail: '', hash: digest },
    {
      seq: 2,
      at: '2026-11-21T09:10:00Z',
      actor: author,
      words: 'submitted revision 2',
      detail: reason,
      hash: digest,
    },
    {
      seq: 3,
      at: '2026-11-21T09:20:00Z',
      actor: approver,
      words: 'approved revision 2',
      detail: 'Fine.',
      hash: digest,
    },
  ],
  intact: true,
  problem: null,
};

/** One view per state that the panel must show. */
export const fixtures = {
  'draft-empty': {
    ...base,
    mayEdit: true,
    draft: {
      version: 0,
      content: { connection: null, sql: '', rollback: '', reason: '' },
      savedAt: null,
      savedBy: null,
    },
    headline: '4 things are missing before review.',
    primary: { ...submitAction, enabled: false, why: 'Paste the SQL to run.' },
    secondary: [cancelAction],
    blockers: [{ kind: 'fix', message: 'Paste the SQL to run.' }],
  },
  'draft-filled': {
    ...base,
    mayEdit: true,
    draft,
    headline: 'Ready to be reviewed.',
    primary: submitAction,
    secondary: [cancelAction],
  },
  'draft-hidden': {
    ...base,
    mayEdit: true,
    draft: {
      ...draft,
      content: { ...content, sql: "SELECT 1; --\u202e oops\nSELECT 'a\u00a0b\u200bc';", rollback: null },
    },
    headline: 'One thing is missing before review.',
    primary: { ...submitAction, enabled: false, why: 'Hidden' },
    secondary: [cancelAction],
  },
  'review-author': {
    ...reviewed,
    headline: 'In review: 0 of 2 approvals. You wrote this change, so others must approve it.',
    secondary: [reworkAction, cancelAction],
    blockers: [waiting],
  },
  'review-approver': {
    ...reviewed,
    viewer: approver,
    headline: 'In review: 0 of 2 approvals.',
    primary: approveAction,
    secondary: [...decide],
  },
  'review-voted': {
    ...reviewed,
    viewer: approver,
    votes: votes.slice(0, 1),
    approvalsMissing: 1,
    headline: 'You approved this revision. 1 of 2 approvals so far.',
    primary: { ...approveAction, enabled: false, why: 'You have approved this revision.' },
    secondary: [...decide],
    blockers: [{ kind: 'wait', message: 'Waiting for one more approval from dba-prod.' }],
  },
  approved: {
    ...applied,
    status: 'approved',
    headline: 'Approved. It can be run.',
    primary: { name: 'run', label: 'Run on shop-prod', enabled: true, why: null },
    secondary: [reworkAction, cancelAction],
  },
  running: {
    ...applied,
    status: 'running',
    headline: 'Running on shop-prod.',
    running: {
      kind: 'apply',
      try: 1,
      requestedBy: author,
      requestedAt: '2026-11-21T09:40:10Z',
      phase: 'waiting',
      note: 'executor-local has not answered for 40 seconds. It is asked again every five minutes until 10:40.',
    },
  },
  succeeded: {
    ...applied,
    status: 'succeeded',
    headline: 'The change was applied: 41187 rows.',
    secondary: [{ name: 'roll-back', label: 'Roll back', enabled: true, why: null }],
    outcomes: [outcome],
  },
  'succeeded-restricted': {
    ...applied,
    status: 'succeeded',
    headline: 'The change was applied: 41187 rows.',
    secondary: [
      {
        name: 'roll-back',
        label: 'Roll back',
        enabled: false,
        why: 'Only the author or an operator can roll it back.',
      },
    ],
    outcomes: [{ ...outcome, resultRefusal: 'this connection shows rows to the author and approvers only.' }],
  },
  failed: {
    ...applied,
    status: 'failed',
    headline: 'The change failed; nothing was applied.',
    primary: { name: 'rework', label: 'Edit and try again', enabled: true, why: null },
    outcomes: [failure],
  },
  'needs-attention': {
    ...applied,
    viewer: other,
    status: 'needs-attention',
    headline: 'The executor cannot know whether the change was applied.',
    primary: { name: 'resolve', label: 'Resolve', enabled: true, why: null },
    outcomes: [
      {
        ...outcome,
        status: 'unknown',
        statements: [],
        code: 'connection-lost-at-commit',
        message: 'The connection broke while COMMIT was under way.',
        hasResult: false,
        finishedAt: null,
      },
    ],
    attention: {
      code: 'outcome-unknown',
      message: 'The connection broke while COMMIT was under way.',
      at: '2026-11-21T09:41:00Z',
    },
    attempts: 1,
  },
  'rolled-back': {
    ...applied,
    status: 'rolled-back',
    headline: 'The change was applied and then rolled back.',
    outcomes: [outcome, rolledBack],
  },
  'not-set-up': {
    ...base,
    setupProblem: 'No executor is enrolled. An admin enrols one on the Query Change admin page.',
    headline: 'Query Change is not set up.',
    draft: {
      version: 0,
      content: { connection: null, sql: '', rollback: '', reason: '' },
      savedAt: null,
      savedBy: null,
    },
    connections: [],
  },
} satisfies Record<string, ChangeView>;

export type FixtureName = keyof typeof fixtures;
