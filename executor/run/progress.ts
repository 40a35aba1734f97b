import type { Pool } from 'pg';
import type { ExecutionProgress } from '#core/protocol/progress';
import { faultFields, type Log } from '../log';
import { type Activity, backendActivity } from '../postgres/activity';
import { dropProgress, writeProgress } from '../state/progress';
import type { ExecutionKey } from '../state/stops';

/** Told how far an attempt is; costs it nothing. */
export interface ProgressOf {
  /** The transaction has begun in backend `pid`. */
  began(pid: number, steps: number): void;
  /** Statement `step` begins, from 1. */
  step(step: number): void;
  /** Kept rows are brought back: of this table (`schema.name`), or they are compared first (null). */
  undoes(table: string | null): void;
  /** A statement is done and had this many rows. */
  rows(count: number): void;
  /** Sessions that were last seen holding up this attempt; null when none was seen. */
  blockers(): number | null;
  /** The attempt gave way to a lock. The next one begins at `nextAt`, milliseconds since 1970. */
  backsOff(next: { readonly try: number; readonly tries: number; readonly nextAt: number }): void;
  /** The change waits, at most until then (milliseconds since 1970), for replicas that are too far behind. */
  waitsForReplicas(until: number): void;
  /** The attempt, or the waiting for the next one, is over. */
  ended(): void;
}

/** How often a running execution is looked at and its progress written. A shorter one leaves no trace at all. */
const pulseMs = 1_000;

const nothing: Activity = { phase: null, lockWait: null };

/** Follows one execution: looks at its backend and writes down how far it is, off its own path. */
export function followProgress(deps: {
  /** Looks at the target. */
  readonly control: Pool;
  /** The state database. */
  readonly pool: Pool;
  readonly key: ExecutionKey;
  readonly now: () => number;
  readonly log: Log;
}): ProgressOf {
  const { control, pool, key, now, log } = deps;
  const at = (ms: number): string => new Date(ms).toISOString();
  let pid: number | null = null;
  let steps = 0;
  let step = 0;
  let rows = 0;
  let stepStartedAt = now();
  let blockers: number | null = null;
  let undoes: ExecutionProgress['undoes'];
  let lockRetry: ExecutionProgress['lockRetry'];
  let replicaWait: ExecutionProgress['replicaWait'];
  let timer: NodeJS.Timeout | null = null;
  /** Looks and writes, one after the other. */
  let last: Promise<void> = Promise.resolve();
  let looking = false;
  let written = false;

  const look = async (): Promise<void> => {
    // A target that does not answer to the look is no reason to fall silent: the rest is known here.
    const asked = pid;
    const seen = asked === null ? nothing : await backendActivity(control, asked).catch(() => nothing);
    if (timer === null || asked !== pid) return;
    blockers = seen.lockWait?.sessions ?? blockers;
    const progress: ExecutionProgress = {
      step,
      steps,
      stepStartedAt: at(stepStartedAt),
      rows,
      phase: seen.phase,
      lockWait: seen.lockWait && {
        sessions: seen.lockWait.sessions,
        since: at(now() - Math.max(0, seen.lockWait.seconds) * 1_000),
      },
      ...(undoes === undefined ? {} : { undoes }),
      ...(lockRetry ? { lockRetry } : {}),
      ...(replicaWait ? { replicaWait } : {}),
      heartbeatAt: at(now()),
    };
    written = true;
    await writeProgress(pool, key, progress);
  };
  const then = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((error: unknown) => log.error('progress-fault', faultFields(error)));
    return last;
  };
  const pulse = (): void => {
    if (looking) return;
    looking = true;
    void then(look).finally(() => {
      looking = false;
    });
  };
  return {
    began(backend, count) {
      pid = backend;
      steps = count;
      step = 0;
      rows = 0;
      blockers = null;
      replicaWait = undefined;
      if (lockRetry) lockRetry = { ...lockRetry, nextAt: null };
      stepStartedAt = now();
      timer ??= setInterval(pulse, pulseMs);
    },
    step(next) {
      step = next;
      stepStartedAt = now();
    },
    undoes(table) {
      undoes = table;
    },
    rows(count) {
      rows += count;
    },
    blockers: () => blockers,
    backsOff(next) {
      pid = null;
      step = 0;
      rows = 0;
      stepStartedAt = now();
      lockRetry = { ...next, sessions: blockers, nextAt: at(next.nextAt) };
      timer ??= setInterval(pulse, pulseMs);
      pulse();
    },
    waitsForReplicas(until) {
      if (replicaWait) return;
      pid = null;
      step = 0;
      stepStartedAt = now();
      replicaWait = { until: at(until) };
      timer ??= setInterval(pulse, pulseMs);
      pulse();
    },
    ended() {
      replicaWait = undefined;
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      if (!written) return;
      written = false;
      void then(() => dropProgress(pool, key));
    },
  };
}
