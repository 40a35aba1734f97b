import type { ReceiptStatus } from '#core/protocol/receipt';
import type { Family, Labels, Sample } from './text-format';

/** What this process has counted since it started. */
export interface Counters {
  /** An order was answered: `accepted`, or the code of the refusal. */
  order(code: string): void;
  /** A request got no further than the guard. */
  requestRefused(code: string): void;
  /** An execution is final. `seconds` from its claim; null when it never began. */
  final(connection: string, status: ReceiptStatus, seconds: number | null): void;
  /** An execution met a fault of our own and is tried again. */
  fault(connection: string): void;
  /** Orders of another process, which is gone, are run here or elsewhere. */
  takenOver(count: number): void;
  /** A success that was reported is gone from its database. */
  outcomeLost(connection: string): void;
  families(): readonly Family[];
}

/** Upper bounds of the duration buckets, seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

function createCounter(): { add(labels: Labels, by?: number): void; samples(): Sample[] } {
  const counts = new Map<string, { labels: Labels; value: number }>();
  return {
    add(labels, by = 1) {
      const key = JSON.stringify(labels);
      counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + by });
    },
    samples: () => [...counts.values()],
  };
}

function createHistogram(): { observe(connection: string, seconds: number): void; samples(): Sample[] } {
  const series = new Map<string, { counts: number[]; sum: number; count: number }>();
  return {
    observe(connection, seconds) {
      const one = series.get(connection) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 };
      const counts = one.counts.map((count, at) => count + (seconds <= (bounds[at] ?? Infinity) ? 1 : 0));
      series.set(connection, { counts, sum: one.sum + seconds, count: one.count + 1 });
    },
    samples: () =>
      [...series].flatMap(([connection, { counts, sum, count }]) => [
        ...[...bounds, Infinity].map((bound, at) => ({
          suffix: '_bucket',
          labels: { connection, le: bound === Infinity ? '+Inf' : String(bound) },
          value: counts[at] ?? count,
        })),
        { suffix: '_sum', labels: { connection }, value: sum },
        { suffix: '_count', labels: { connection }, value: count },
      ]),
  };
}

/** Creates the counters, all empty. */
export function createCounters(): Counters {
  const orders = createCounter();
  const requests = createCounter();
  const executions = createCounter();
  const faults = createCounter();
  const takenOver = createCounter();
  const lost = createCounter();
  const durations = createHistogram();
  return {
    order: (code) => orders.add({ code }),
    requestRefused: (code) => requests.add({ code }),
    final(connection, status, seconds) {
      executions.add({ connection, status });
      if (seconds !== null) durations.observe(connection, seconds);
    },
    fault: (connection) => faults.add({ connection }),
    takenOver: (count) => takenOver.add({}, count),
    outcomeLost: (connection) => lost.add({ connection }),
    families: () => [
      {
        name: 'query_change_orders_total',
        help: 'Orders answered, by outcome: accepted, or the code of the refusal.',
        type: 'counter',
        samples: orders.samples(),
      },
      {
        name: 'query_change_requests_refused_total',
        help: 'Requests turned away before they were an order, by code.',
        type: 'counter',
        samples: requests.samples(),
      },
      {
        name: 'query_change_executions_total',
        help: 'Executions that got their final receipt, by connection and status.',
        type: 'counter',
        samples: executions.samples(),
      },
      {
        name: 'query_change_execution_seconds',
        help: 'From the claim of an execution to its receipt.',
        type: 'histogram',
        samples: durations.samples(),
      },
      {
        name: 'query_change_execution_faults_total',
        help: 'Faults of the executor itself during an execution, which is tried again.',
        type: 'counter',
        samples: faults.samples(),
      },
      {
        name: 'query_change_orders_taken_over_total',
        help: 'Orders that this process took over from others that were gone.',
        type: 'counter',
        samples: takenOver.samples(),
      },
      {
        name: 'query_change_outcomes_lost_total',
        help: 'Successes that were reported and are gone from the ledger of their database.',
        type: 'counter',
        samples: lost.samples(),
      },
    ],
  };
}
