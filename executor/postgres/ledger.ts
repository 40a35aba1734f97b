import { escapeLiteral } from 'pg';
import * as v from 'valibot';
import { ExecutionKind } from '#core/protocol/attempt';
import { Sha256Hex } from '#core/protocol/claims';
import { ReceiptClaims, StatementOutcome } from '#core/protocol/receipt';

/** Version of the ledger schema that this executor speaks; `querychange.schema_version()` must say the same. */
export const ledgerVersion = 4;

/** What is kept in the ledger of a committed change: enough to write its receipt again. */
export const LedgerResult = v.strictObject({
  statements: v.array(StatementOutcome),
  resultSha256: v.nullable(Sha256Hex),
  durability: v.string(),
  /** What was kept to undo the change, if it has a rollback plan. */
  beforeImage: ReceiptClaims.entries.beforeImage,
});
export type LedgerResult = v.InferOutput<typeof LedgerResult>;

/** A row of `querychange.ledger` as its functions return it. */
export const LedgerRow = v.object({
  installation: v.string(),
  issue_id: v.string(),
  revision: v.number(),
  kind: ExecutionKind,
  jti: v.string(),
  order_digest: v.string(),
  digest: v.string(),
  status: v.picklist(['intent', 'running', 'succeeded']),
  attempt: v.nullable(v.number()),
  /** What was there before a statement outside a transaction; null for every other change. */
  intent: v.nullable(v.unknown()),
  result: v.nullable(LedgerResult),
  transaction_id: v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
  started_at: v.string(),
  finished_at: v.nullable(v.string()),
});
export type LedgerRow = v.InferOutput<typeof LedgerRow>;

/** Answer of `begin_execution`. */
export const BeginReply = v.union([
  v.object({ begun: v.literal(true), pid: v.number() }),
  v.object({ begun: v.literal(false), row: LedgerRow }),
]);

/** Error codes that the ledger functions raise (postgres/sql/003-functions.sql, 008-fences.sql). */
export const ledgerErrors = {
  late: 'QC001',
  nothingToRollBack: 'QC002',
  rollbackTooLate: 'QC003',
  notThisExecution: 'QC004',
  outsideRole: 'QC005',
  fenced: 'QC010',
  revoked: 'QC011',
} as const;

/** `select querychange.check_fence(…)`: fails when this attempt may not begin any more. After `begin_execution`. */
export function checkFenceSql(jti: string, attempt: number): string {
  return `select querychange.check_fence(${escapeLiteral(jti)}, ${attempt})`;
}

/** What names one execution in the ledger. */
export interface LedgerKey {
  readonly installation: string;
  readonly issueId: string;
  readonly revision: number;
  readonly kind: 'apply' | 'rollback';
}

/** The arguments that name one execution. */
export const keyList = (key: LedgerKey): string =>
  [
    escapeLiteral(key.installation),
    escapeLiteral(key.issueId),
    String(key.revision),
    escapeLiteral(key.kind),
  ].join(', ');

/** `select querychange.begin_execution(…)` with literals, to be sent together with BEGIN in one round trip. */
export function beginExecutionSql(
  key: LedgerKey,
  attempt: {
    jti: string;
    try: number;
    /** Claim of a worker: with the jti it names the login that may begin. */
    attempt: number;
    orderDigest: string;
    digest: string;
    issueKey: string;
    startBy: number;
    rollbackWindowSeconds: number;
  },
): string {
  const words = [attempt.orderDigest, attempt.digest, attempt.issueKey].map(escapeLiteral).join(', ');
  return (
    `select querychange.begin_execution(${keyList(key)}, ${escapeLiteral(attempt.jti)}, ${attempt.try}, ${attempt.attempt}, ${words}, ` +
    `to_timestamp(${attempt.startBy}), interval '${attempt.rollbackWindowSeconds} seconds') as reply`
  );
}

/** `select querychange.end_execution(…)`, to be sent together with COMMIT. */
export function endExecutionSql(key: LedgerKey, jti: string, result: LedgerResult, endBy: number): string {
  const json = escapeLiteral(JSON.stringify(result));
  return `select querychange.end_execution(${keyList(key)}, ${escapeLiteral(jti)}, ${json}::jsonb, to_timestamp(${endBy})) as reply`;
}

/** `select querychange.get_execution(…)`. */
export function getExecutionSql(key: LedgerKey): string {
  return `select querychange.get_execution(${keyList(key)}) as reply`;
}
