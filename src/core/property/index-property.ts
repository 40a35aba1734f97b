import * as v from 'valibot';
import { changeStatuses } from '../change/status';
import { environments } from '../protocol/claims';
import { receiptStatuses } from '../protocol/receipt-status';
import { riskLevels } from '../sql/risk/levels';
import { none } from './index-words';

/**
 * The searchable mirror of a change: issue property `query-change`. Flat verdicts and numbers, always with sentinels,
 * never SQL text. One source for the value, for the manifest's index and for every JQL query we write.
 */
const YesNo = v.picklist(['yes', 'no']);
const Number = v.pipe(v.number(), v.integer());
const IndexDate = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/));

export const IndexProperty = v.strictObject({
  v: v.literal(1),
  status: v.picklist(changeStatuses),
  environment: v.picklist([...environments, none]),
  connection: v.string(),
  author: v.string(),
  revision: Number,
  digest: v.string(),
  approvers: v.array(v.string()),
  approvals: Number,
  approvalsRequired: Number,
  approvalsMissing: Number,
  pendingApprovers: v.array(v.string()),
  approvedByAuthor: YesNo,
  changedAfterApproval: YesNo,
  ranBeforeApproval: YesNo,
  rollback: v.picklist(['preapproved', 'none', 'undecided']),
  rolledBack: YesNo,
  attempts: Number,
  tries: Number,
  outcome: v.string(),
  errorCode: v.string(),
  /** How the latest dry run of this very revision ended; `running` until it has. */
  dryRun: v.picklist([...receiptStatuses, 'running', none]),
  /** What the review said at submission; `none` and -1 for what was not reviewed. */
  risk: v.picklist([...riskLevels, none]),
  /** Errors and warnings that nobody has set aside. */
  findings: Number,
  waived: Number,
  /** How the best evidence of lower environments compares that the last order showed. */
  evidence: v.picklist(['exact', 'layout', none]),
  rows: Number,
  requestedAt: IndexDate,
  approvedAt: IndexDate,
  executedAt: IndexDate,
  failedAt: IndexDate,
  recoveredAt: IndexDate,
  ranAt: IndexDate,
  attemptedAt: IndexDate,
  approvalMinutes: Number,
  leadMinutes: Number,
  ledgerSeq: Number,
});
export type IndexProperty = v.InferOutput<typeof IndexProperty>;

/** Type of an indexed value, as `jira:entityPropertySet` names it. */
export type IndexType = 'number' | 'string' | 'user' | 'date';

/** Every indexed path with its type. The alias in JQL is `queryChange` + the path with a capital. */
export const indexedPaths: Readonly<Record<Exclude<keyof IndexProperty, 'v' | 'digest'>, IndexType>> = {
  status: 'string',
  environment: 'string',
  connection: 'string',
  author: 'user',
  revision: 'number',
  approvers: 'user',
  approvals: 'number',
  approvalsRequired: 'number',
  approvalsMissing: 'number',
  pendingApprovers: 'user',
  approvedByAuthor: 'string',
  changedAfterApproval: 'string',
  ranBeforeApproval: 'string',
  rollback: 'string',
  rolledBack: 'string',
  attempts: 'number',
  tries: 'number',
  outcome: 'string',
  errorCode: 'string',
  dryRun: 'string',
  risk: 'string',
  findings: 'number',
  waived: 'number',
  evidence: 'string',
  rows: 'number',
  requestedAt: 'date',
  approvedAt: 'date',
  executedAt: 'date',
  failedAt: 'date',
  recoveredAt: 'date',
  ranAt: 'date',
  attemptedAt: 'date',
  approvalMinutes: 'number',
  leadMinutes: 'number',
  ledgerSeq: 'number',
};

/** JQL alias of an indexed path: `environment` → `queryChangeEnvironment`. */
export function searchAlias(path: keyof typeof indexedPaths): string {
  return `queryChange${path.slice(0, 1).toUpperCase()}${path.slice(1)}`;
}
