import type { Meter } from '../contract';

/** Sums of what the platform would charge or limit. Times in ms, sizes in bytes of JSON. */
interface MeterTotals {
  invocations: number;
  failedInvocations: number;
  invocationMs: number;
  gbSeconds: number;
  jiraCalls: number;
  jiraPoints: number;
  jiraErrors: number;
  kvsOperations: number;
  kvsReadBytes: number;
  kvsWrittenBytes: number;
  queueEvents: number;
}

/** One metered fact, for the inspector's list. */
interface MeterEntry {
  readonly at: number;
  readonly kind: 'jira' | 'invocation' | 'kvs' | 'queue';
  readonly invocationId: string | undefined;
  readonly text: string;
}

/** A place in the meter's history; made by `mark`, understood by `since`. */
type MeterMark = Readonly<MeterTotals>;

/** The meter of one host. */
export interface HostMeter extends Meter {
  mark(): MeterMark;
  /** What has been used since `mark`; everything when it is left out. */
  since(mark?: MeterMark): MeterTotals;
  /** Newest entries last, at most 1,000. */
  entries(): readonly MeterEntry[];
  /** Invocations, calls and milliseconds per function key. */
  byFunction(): Readonly<
    Record<string, { invocations: number; ms: number; gbSeconds: number; errors: number }>
  >;
  clear(): void;
}

const KEPT_ENTRIES = 1000;

function zero(): MeterTotals {
  return {
    invocations: 0,
    failedInvocations: 0,
    invocationMs: 0,
    gbSeconds: 0,
    jiraCalls: 0,
    jiraPoints: 0,
    jiraErrors: 0,
    kvsOperations: 0,
    kvsReadBytes: 0,
    kvsWrittenBytes: 0,
    queueEvents: 0,
  };
}

/** Makes an empty meter. */
export function createMeter(now: () => number): HostMeter {
  let totals = zero();
  let entries: MeterEntry[] = [];
  let functions: Record<string, { invocations: number; ms: number; gbSeconds: number; errors: number }> = {};

  function note(kind: MeterEntry['kind'], invocationId: string | undefined, text: string): void {
    entries.push({ at: now(), kind, invocationId, text });
    if (entries.length > KEPT_ENTRIES * 2) entries = entries.slice(-KEPT_ENTRIES);
  }

  return {
    jiraCall(entry) {
      totals.jiraCalls += 1;
      totals.jiraPoints += entry.points;
      if (entry.status >= 400) totals.jiraErrors += 1;
      note('jira', entry.invocationId, `${entry.method} ${entry.path} as ${entry.as}: ${entry.status}`);
    },
    invocation(entry) {
      totals.invocations += 1;
      totals.invocationMs += entry.ms;
      totals.gbSeconds += entry.gbSeconds;
      if (entry.outcome === 'error') totals.failedInvocations += 1;
      const sum = (functions[entry.functionKey] ??= { invocations: 0, ms: 0, gbSeconds: 0, errors: 0 });
      sum.invocations += 1;
      sum.ms += entry.ms;
      sum.gbSeconds += entry.gbSeconds;
      if (entry.outcome === 'error') sum.errors += 1;
      note(
        'invocation',
        entry.invocationId,
        `${entry.moduleType} ${entry.functionKey}: ${entry.outcome}, ${entry.ms.toFixed(1)} ms`,
      );
    },
    kvs(entry) {
      totals.kvsOperations += 1;
      totals.kvsReadBytes += entry.readBytes;
      totals.kvsWrittenBytes += entry.writtenBytes;
      note(
        'kvs',
        entry.invocationId,
        `${entry.operation}: ${entry.readBytes} B read, ${entry.writtenBytes} B written`,
      );
    },
    queue(entry) {
      totals.queueEvents += entry.events;
      note('queue', entry.invocationId, `${entry.queue}: ${entry.events} pushed`);
    },
    mark: () => ({ ...totals }),
    since(mark = zero()) {
      const result = zero();
      for (const name of Object.keys(result) as (keyof MeterTotals)[])
        result[name] = totals[name] - mark[name];
      return result;
    },
    entries: () => entries.slice(-KEPT_ENTRIES),
    byFunction: () => structuredClone(functions),
    clear() {
      totals = zero();
      entries = [];
      functions = {};
    },
  };
}
