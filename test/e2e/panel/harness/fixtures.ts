import { emptyContent } from '#core/change/content';
import { changeChannel } from '#core/panel/signal';
import type { ChangeView } from '#core/panel/view';
import { approver, author, connections, content, other, revision, rollbackPlan } from './fixture-content';
import { dryFailure, dryRun, dryRunning } from './fixture-dry-run';
import { drifted, exported, failure, keptOutcome, outcome, rolledBack, undone } from './fixture-outcomes';

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
  dryRun: null,
  outcomes: [],
  attention: null,
  resolution: null,
  attempts: 0,
  channel: changeChannel('10042'),
};

const submitAction = { name: 'submit', label: 'Submit for review', enabled: true, why: null } as const;
const dryRunAction = { name: 'dry-run', label: 'Dry run', enabled: true, why: null } as const;
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

const stopAction = { name: 'stop', label: 'Stop', enabled: true, why: null } as const;
const runningNow = {
  kind: 'apply',
  try: 1,
  requestedBy: author,
  requestedAt: '2026-11-21T09:40:10Z',
  phase: 'sent',
  note: null,
  stop: null,
} as const;

const draft = { version: 4, content, savedAt: '2026-11-21T09:03:00Z', savedBy: author };
const reviewed: ChangeView = { ...base, revision, status: 'in-review', approvalsMissing: 2 };
const applied: ChangeView = { ...reviewed, votes, approvalsMissing: 0 };

/** One view per state that the panel must show. */
export const fixtures = {
  'draft-empty': {
    ...base,
    mayEdit: true,
    draft: {
      version: 0,
      content: emptyContent,
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
  'draft-dry-run': {
    ...base,
    mayEdit: true,
    draft,
    dryRun,
    headline: 'Ready to be reviewed.',
    primary: submitAction,
    secondary: [dryRunAction, cancelAction],
  },
  'draft-dry-running': {
    ...base,
    mayEdit: true,
    draft,
    dryRun: dryRunning,
    headline: 'Ready to be reviewed.',
    primary: submitAction,
    secondary: [{ ...dryRunAction, enabled: false, why: 'A dry run is under way.' }, cancelAction],
  },
  'review-dry-failure': {
    ...reviewed,
    dryRun: dryFailure,
    headline: 'In review: 0 of 2 approvals. You wrote this change, so others must approve it.',
    secondary: [dryRunAction, reworkAction, cancelAction],
    blockers: [waiting],
  },
  'review-dry-coarse': {
    ...reviewed,
    dryRun: { ...dryRun, connection: 'shop-dev' },
    headline: 'In review: 0 of 2 approvals. You wrote this change, so others must approve it.',
    secondary: [dryRunAction, reworkAction, cancelAction],
    blockers: [waiting],
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
  'draft-export': {
    ...base,
    mayEdit: true,
    draft: { ...draft, content: { ...content, exportFormat: 'csv', rollback: null } },
    headline: 'Ready to be reviewed.',
    primary: submitAction,
    secondary: [cancelAction],
  },
  exported: {
    ...applied,
    revision: { ...revision, export: { format: 'csv' }, rollback: null },
    status: 'succeeded',
    headline: 'The change was applied.',
    outcomes: [exported],
  },
  'exported-restricted': {
    ...applied,
    revision: { ...revision, export: { format: 'csv' }, rollback: null },
    viewer: other,
    status: 'succeeded',
    headline: 'The change was applied.',
    outcomes: [
      {
        ...exported,
        resultRefusal: 'Results of shop-prod are shown to the author, its approvers and operators only.',
      },
    ],
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
    secondary: [stopAction],
    running: {
      ...runningNow,
      phase: 'waiting',
      note: 'executor-local has not answered for 40 seconds. It is asked again every five minutes until 10:40.',
    },
  },
  'running-long': {
    ...applied,
    status: 'running',
    headline: 'Running on shop-prod.',
    secondary: [stopAction],
    running: runningNow,
  },
  'running-viewer': {
    ...applied,
    viewer: approver,
    status: 'running',
    headline: 'Running on shop-prod.',
    secondary: [{ ...stopAction, enabled: false, why: 'Only the author or an operator can stop it.' }],
    running: runningNow,
  },
  'running-stopping': {
    ...applied,
    status: 'running',
    headline: 'Stopping the run on shop-prod.',
    secondary: [{ ...stopAction, label: 'Ask again to stop' }],
    running: {
      ...runningNow,
      stop: { by: author, at: '2026-11-21T09:41:30Z', reason: 'Orders are blocked; after the sale.' },
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
  'draft-automatic': {
    ...base,
    mayEdit: true,
    draft: { ...draft, content: { ...content, rollback: null, automaticRollback: true } },
    headline: 'Ready to be reviewed.',
    primary: submitAction,
    secondary: [cancelAction],
  },
  'review-automatic': {
    ...reviewed,
    viewer: approver,
    revision: { ...revision, rollback: null, rollbackPlan },
    headline: 'In review: 0 of 2 approvals.',
    primary: approveAction,
    secondary: [...decide],
  },
  'rolled-back-automatic': {
    ...applied,
    status: 'rolled-back',
    revision: { ...revision, rollback: null, rollbackPlan },
    headline: 'The change was applied and then rolled back.',
    outcomes: [keptOutcome, undone],
  },
  drifted: {
    ...applied,
    status: 'needs-attention',
    revision: { ...revision, rollback: null, rollbackPlan },
    headline: 'The rollback failed; the change is still applied.',
    outcomes: [keptOutcome, drifted],
    attention: {
      code: 'rows-drifted',
      message: 'The rollback failed; the change is still applied.',
      at: '2026-11-21T11:02:00Z',
    },
  },
  'not-set-up': {
    ...base,
    setupProblem: 'No executor is enrolled. An admin enrols one on the Query Change admin page.',
    headline: 'Query Change is not set up.',
    draft: {
      version: 0,
      content: emptyContent,
      savedAt: null,
      savedBy: null,
    },
    connections: [],
  },
} satisfies Record<string, ChangeView>;

export type FixtureName = keyof typeof fixtures;
