import type { ExecutionProgress } from '#core/protocol/progress';
import { rowCount } from '#core/results/row-count';
import { stopwatch } from '../../shared/format';
import type { ProgressSeen } from '../hooks/use-progress';

/** A heartbeat comes every second and is asked for every three; older than this, something is the matter. Seconds. */
const lateSeconds = 10;

/** The step of a run, what holds it up, and whether the executor is still heard of. */
export function Progress({ seen, now }: { seen: ProgressSeen; now: number }) {
  const { progress, silent } = seen.answer;
  if (progress === null) {
    return silent ? <p data-testid="progress-silent">The executor does not answer just now.</p> : null;
  }
  const age = Math.max(0, Math.floor((now - seen.beatAt) / 1_000));
  const heartbeat = Date.parse(progress.heartbeatAt);
  const since = (at: string): string =>
    stopwatch(Math.max(0, Math.floor((heartbeat - Date.parse(at)) / 1_000)) + age);
  return (
    <div className="qc-stack-tight" data-testid="progress">
      <p>
        <strong>{stepWords(progress)}</strong>{' '}
        <span className="qc-clock">{since(progress.stepStartedAt)}</span>
        {progress.rows > 0 && <span className="qc-subtle"> · {rowCount(progress.rows)} before it</span>}
      </p>
      {progress.lockWait && (
        <p className="qc-wait" data-testid="lock-wait">
          <span className="qc-tag qc-tag-fix">Waiting</span>
          <span>
            for a lock that {holders(progress.lockWait.sessions)}, for{' '}
            <span className="qc-clock">{since(progress.lockWait.since)}</span>
          </span>
        </p>
      )}
      {progress.replicaWait && (
        <p className="qc-small" data-testid="replica-wait">
          Replicas are too far behind. The change holds nothing while it waits; if they stay behind, it is
          refused in{' '}
          <span className="qc-clock">
            {stopwatch(
              Math.max(0, Math.ceil((Date.parse(progress.replicaWait.until) - heartbeat) / 1_000) - age),
            )}
          </span>
          .
        </p>
      )}
      {progress.lockRetry && <LockRetry retry={progress.lockRetry} heartbeat={heartbeat} age={age} />}
      {progress.phase && <Phase phase={progress.phase} />}
      <p className="qc-small qc-subtle" data-testid="heartbeat">
        The executor was last heard of {age} s ago.
        {(silent || age > lateSeconds) && ' The run may go on all the same.'}
      </p>
    </div>
  );
}

function stepWords({ step, steps, undoes, lockRetry, replicaWait }: ExecutionProgress): string {
  if (replicaWait) return 'Waiting for replicas';
  if (undoes === null) return 'Comparing the rows with those that the change left';
  if (undoes !== undefined && step <= steps) return `Bringing back rows of ${undoes} (${step} of ${steps})`;
  if (step === 0) return lockRetry?.nextAt ? 'Waiting to try again' : 'Beginning';
  return step > steps ? 'All statements have run; on the way to COMMIT' : `Statement ${step} of ${steps}`;
}

function holders(sessions: number): string {
  if (sessions === 0) return 'was held by another session';
  return sessions === 1 ? 'another session holds' : `${sessions} other sessions hold`;
}

/** That the change gave way to others, and when it comes again. It holds nothing while it waits. */
function LockRetry({
  retry,
  heartbeat,
  age,
}: {
  retry: NonNullable<ExecutionProgress['lockRetry']>;
  heartbeat: number;
  age: number;
}) {
  const { sessions, nextAt } = retry;
  const left = nextAt === null ? 0 : Math.max(0, Math.ceil((Date.parse(nextAt) - heartbeat) / 1_000) - age);
  return (
    <p className="qc-small" data-testid="lock-retry">
      Try {retry.try} of {retry.tries}
      {nextAt !== null && (
        <>
          {' '}
          begins in <span className="qc-clock">{stopwatch(left)}</span>
        </>
      )}
      : the one before gave way, it did not get a lock in time
      {sessions !== null &&
        sessions > 0 &&
        ` that ${sessions === 1 ? 'another session held' : `${sessions} other sessions held`}`}
      .
    </p>
  );
}

/** What PostgreSQL itself tells of a long command. */
function Phase({ phase }: { phase: NonNullable<ExecutionProgress['phase']> }) {
  const { command, name, done, total, unit } = phase;
  const part = done !== null && total !== null && total > 0 ? Math.min(1, done / total) : null;
  const number = (value: number): string => value.toLocaleString('en-GB');
  return (
    <div className="qc-stack-tight" data-testid="phase">
      <p className="qc-small">
        {command}: {name}
        {done !== null && (
          <span className="qc-subtle">
            {' '}
            · {number(done)}
            {total !== null && ` of ${number(total)}`} {unit}
            {part !== null && `, ${Math.floor(part * 100)} %`}
          </span>
        )}
      </p>
      {part !== null && (
        <progress className="qc-bar" max={1} value={part} aria-label={`${command}: ${name}`} />
      )}
    </div>
  );
}
