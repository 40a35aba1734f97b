import type { Pool } from 'pg';
import type { ExecutionProgress } from '#core/protocol/progress';
import { faultFields, type Log } from '../log';
import { backendActivity } from '../postgres/activity';
import { dropProgress, writeProgress } from '../state/progress';
import type { ExecutionKey } from '../state/stops';

/** Told how far an attempt is; costs it nothing. */
export interface ProgressOf {
  /** The transaction has begun in backend `pid`. */
  began(pid: number, steps: number): void;
  /** Statement `step` begins, from 1. */
  step(step: number): void;
  /** A statement is done and had this many rows. */
  rows(count: number): void;
  /** The attempt is over. */
  ended(): void;
}

/** How often a running execution is looked at and its progress written. A shorter one leaves no trace at all. */
const pulseMs = 1_000;

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
  let pid = 0;
  let steps = 0;
  let step = 0;
  let rows = 0;
  let stepStartedAt = now();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let written = false;

  const look = async (): Promise<void> => {
    // A target that does not answer to the look is no reason to fall silent: the rest is known here.
    const seen = await backendActivity(control, pid).catch(() => ({ phase: null, lockWait: null }));
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
      heartbeatAt: at(now()),
    };
    if (timer === null) return;
    written = true;
    await writeProgress(pool, key, progress);
  };
  const pulse = (): void => {
    writing ??= look()
      .catch((error: unknown) => log.error('progress-fault', faultFields(error)))
      .finally(() => {
        writing = null;
      });
  };
  return {
    began(backend, count) {
      pid = backend;
      steps = count;
      step = 0;
      rows = 0;
      stepStartedAt = now();
      timer ??= setInterval(pulse, pulseMs);
    },
    step(next) {
      step = next;
      stepStartedAt = now();
    },
    rows(count) {
      rows += count;
    },
    ended() {
      if (timer === null) return;
      clearInterval(timer);
      timer = null;
      if (!written) return;
      written = false;
      void Promise.resolve(writing)
        .then(async () => dropProgress(pool, key))
        .catch((error: unknown) => log.error('progress-fault', faultFields(error)));
    },
  };
}
