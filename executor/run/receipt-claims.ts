import { type Subject, subjectOf } from '#core/evidence/subject';
import type { DryRunReport } from '#core/protocol/dry-run';
import type { ReceiptClaims, ReceiptStatus, StatementOutcome } from '#core/protocol/receipt';
import type { LedgerMode } from '#core/protocol/claims';
import type { OrderClaims } from '#core/protocol/order';
import type { Target } from '../postgres/target';
import { effectiveLedgerMode } from '../postgres/probe';
import type { UnchainedReceipt } from '../state/link';
import type { InboxOrder } from '../state/store';

/** What became of an order, as its receipt tells it. */
export interface Outcome {
  readonly status: ReceiptStatus;
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly attempt: number;
  readonly statements: readonly StatementOutcome[];
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly transactionId: string | null;
  readonly durability: string | null;
  readonly resultSha256: string | null;
  readonly verification: ReceiptClaims['verification'] | null;
  readonly beforeImage: ReceiptClaims['beforeImage'] | null;
  readonly export?: ReceiptClaims['export'];
  readonly lockTries?: ReceiptClaims['lockTries'];
  /** Dry runs that ran only. */
  readonly dryRun?: DryRunReport;
}

/** An outcome without effect, for the given reason. */
export function nothingApplied(
  status: 'refused' | 'expired' | 'revoked' | 'failed' | 'unknown',
  code: string,
  message: string,
  attempt: number,
): Outcome {
  return {
    status,
    reason: { code, message: message.slice(0, 500) },
    attempt,
    statements: [],
    startedAt: null,
    finishedAt: null,
    transactionId: null,
    durability: null,
    resultSha256: null,
    verification: null,
    beforeImage: null,
  };
}

/** The outcome of an order that was stopped from the issue while it waited. */
export function stoppedWaiting(attempt: number): Outcome {
  return nothingApplied(
    'revoked',
    'cancelled',
    'stopped from the issue before it began; nothing was applied',
    attempt,
  );
}

/** An export is a read, so there is no row of it in a target ledger. */
function ledgerModeOf({ content }: OrderClaims, target: Target | null): LedgerMode {
  if (target === null) return 'none';
  return effectiveLedgerMode(content.export ? { ...target.config, writable: false } : target.config);
}

/** What a change ran with that succeeded; null for anything else, which is no evidence of anything. */
export async function subjectOfRun(
  { claims }: InboxOrder,
  { status }: Pick<Outcome, 'status'>,
): Promise<Subject | null> {
  return claims.kind === 'apply' && status === 'succeeded' ? subjectOf(claims.content) : null;
}

/** The receipt of an outcome, without its place in the chain. */
export function receiptClaims(
  order: InboxOrder,
  executorId: string,
  target: Target | null,
  outcome: Outcome,
  subject: Subject | null,
  nowMs: number,
): UnchainedReceipt {
  const claims: OrderClaims = order.claims;
  return {
    v: 1,
    iss: executorId,
    aud: claims.iss,
    jti: claims.jti,
    iat: Math.floor(nowMs / 1_000),
    kind: claims.kind,
    issue: claims.issue,
    revision: claims.content.revision,
    attempt: outcome.attempt,
    status: outcome.status,
    reason: outcome.reason,
    orderDigest: order.orderDigest,
    digest: claims.digest,
    sqlSha256: claims.sqlSha256,
    connection: claims.content.connection,
    environment: target?.config.environment ?? null,
    target: target?.knownIdentity() ?? null,
    ledgerMode: ledgerModeOf(claims, target),
    durability: outcome.durability,
    statements: [...outcome.statements],
    startedAt: outcome.startedAt,
    finishedAt: outcome.finishedAt,
    transactionId: outcome.transactionId,
    resultSha256: outcome.resultSha256,
    ...(subject ? { subject } : {}),
    ...(outcome.export ? { export: outcome.export } : {}),
    ...(outcome.verification ? { verification: outcome.verification } : {}),
    ...(outcome.beforeImage ? { beforeImage: outcome.beforeImage } : {}),
    ...(outcome.lockTries ? { lockTries: outcome.lockTries } : {}),
    ...(outcome.dryRun ? { dryRun: outcome.dryRun } : {}),
  };
}
