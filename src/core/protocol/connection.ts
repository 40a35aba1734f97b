import * as v from 'valibot';
import { Schedule } from '../schedule/windows';
import { ExportOffer } from './export';
import { ConnectionKey, Environment, ExecutionLimits, LedgerMode, TargetIdentity } from './claims';

/** What the executor says of one connection. Never an address, never a credential. */
export const ConnectionInfo = v.strictObject({
  key: ConnectionKey,
  /** Words for people, for example `Shop`. */
  name: v.string(),
  engine: v.literal('postgresql'),
  /** `server_version`, for example `18.4`; null when it was never reached. */
  engineVersion: v.nullable(v.string()),
  environment: Environment,
  dataClasses: v.array(v.string()),
  /** Classes whose columns are masked in results; empty: nothing is masked. Absent in what older executors said. */
  maskedClasses: v.optional(v.array(v.string()), []),
  /** Null: results are never written to files here. Absent in what older executors said. */
  exports: v.optional(v.nullable(ExportOffer), null),
  role: v.string(),
  searchPath: v.string(),
  limits: ExecutionLimits,
  ledgerMode: LedgerMode,
  /** False: every write is refused. */
  writable: v.boolean(),
  results: v.picklist(['public', 'restricted']),
  minimumApprovals: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** True when the executor's own approver list is required. */
  protected: v.boolean(),
  /** When changes may run; the database's clock judges. Absent in what older executors said. */
  schedule: v.optional(Schedule, { windows: [], freezes: [] }),
  /** How dry runs of changes on this connection are taken; absent from an executor that knows none. */
  dryRun: v.optional(
    v.strictObject({
      /** `with-approvals`: only once the change has the approvals that it needs to run. */
      mode: v.picklist(['allowed', 'with-approvals', 'refused']),
      /** The connection of the copy where they run instead; null: they run on the database of the change. */
      on: v.nullable(ConnectionKey),
    }),
  ),
  /** What evidence of lower environments the executor wants with an order; absent: none, or an older executor. */
  evidence: v.optional(
    v.strictObject({
      required: v.boolean(),
      environments: v.array(Environment),
      maxAgeDays: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  ),
  target: v.nullable(TargetIdentity),
  /** Null when usable; else what is wrong, in words. */
  problem: v.nullable(v.string()),
});
export type ConnectionInfo = v.InferOutput<typeof ConnectionInfo>;
