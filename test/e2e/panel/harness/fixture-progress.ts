import type { ExecutionProgress } from '#core/protocol/progress';

/** The second of three statements waits for a lock. */
export const lockWaiting: ExecutionProgress = {
  step: 2,
  steps: 3,
  stepStartedAt: '2026-11-21T09:40:12.000Z',
  rows: 41_187,
  phase: null,
  lockWait: { sessions: 1, since: '2026-11-21T09:40:13.000Z' },
  heartbeatAt: '2026-11-21T09:41:40.000Z',
};

/** A structural change that gave way to others and comes again. */
export const backingOff: ExecutionProgress = {
  ...lockWaiting,
  step: 0,
  rows: 0,
  lockWait: null,
  lockRetry: { try: 3, tries: 5, sessions: 2, nextAt: '2026-11-21T09:41:52.000Z' },
};

/** Nothing has begun: the replicas are behind. */
export const waitingForReplicas: ExecutionProgress = {
  ...backingOff,
  steps: 0,
  lockRetry: undefined,
  replicaWait: { until: '2026-11-21T09:42:10.000Z' },
};

/** PostgreSQL is in the middle of an index. */
export const indexing: ExecutionProgress = {
  ...lockWaiting,
  rows: 0,
  lockWait: null,
  phase: {
    command: 'CREATE INDEX',
    name: 'building index: scanning table',
    done: 41_300,
    total: 96_112,
    unit: 'blocks',
  },
};
