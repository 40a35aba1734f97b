import * as v from 'valibot';
import { read, write } from '../rest/http';

/** Sums as the host sends them. */
export const TotalsShape = v.object({
  invocations: v.number(),
  failedInvocations: v.number(),
  invocationMs: v.number(),
  gbSeconds: v.number(),
  jiraCalls: v.number(),
  jiraPoints: v.number(),
  jiraErrors: v.number(),
  kvsOperations: v.number(),
  kvsReadBytes: v.number(),
  kvsWrittenBytes: v.number(),
  queueEvents: v.number(),
});
/** What the platform would charge or limit, summed. */
export type Totals = v.InferOutput<typeof TotalsShape>;

const LogLineShape = v.object({
  at: v.number(),
  level: v.string(),
  source: v.string(),
  invocationId: v.optional(v.string()),
  functionKey: v.optional(v.string()),
  text: v.string(),
});

const EntryShape = v.object({
  at: v.number(),
  kind: v.string(),
  invocationId: v.optional(v.string()),
  text: v.string(),
});

const FunctionShape = v.object({
  invocations: v.number(),
  ms: v.number(),
  gbSeconds: v.number(),
  errors: v.number(),
});

const DeliveryShape = v.object({
  id: v.string(),
  kind: v.string(),
  moduleKey: v.string(),
  payload: v.optional(v.unknown()),
  dueAt: v.number(),
  retryCount: v.number(),
  retryReason: v.optional(v.string()),
});

const InspectorShape = v.object({
  meter: v.object({
    totals: TotalsShape,
    byFunction: v.record(v.string(), FunctionShape),
    entries: v.array(EntryShape),
  }),
  kvs: v.object({
    sizes: v.record(v.string(), v.object({ keys: v.number(), bytes: v.number() })),
    entries: v.record(
      v.string(),
      v.array(v.object({ key: v.string(), value: v.string(), expireAt: v.optional(v.number()) })),
    ),
  }),
  deliveries: v.array(DeliveryShape),
  webTriggers: v.array(v.object({ moduleKey: v.string(), path: v.string() })),
  remotes: v.record(v.string(), v.optional(v.string())),
  bundles: v.array(v.object({ file: v.string(), bytes: v.number() })),
  log: v.array(LogLineShape),
  unmodelled: v.array(v.string()),
  cspViolations: v.array(v.string()),
  coverage: v.record(v.string(), v.object({ evidence: v.string(), notes: v.string() })),
});
/** Everything that the inspector shows. */
export type Inspection = v.InferOutput<typeof InspectorShape>;

/** Asks the host for everything. */
export const inspect = (): Promise<Inspection> => read('/__host/inspector', InspectorShape);

/** Faults to switch on; what is left out stays as it is. */
export interface Faults {
  readonly jira?: readonly {
    readonly pathPattern: string;
    readonly status: number;
    readonly times: number;
  }[];
  readonly events?: { readonly delayMs: number; readonly copies: number };
  readonly refuseForgeGadgets?: boolean;
}

/** Switches faults. */
export const setFaults = (faults: Faults): Promise<void> => write('PUT', '/__host/faults', faults);
