import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import { faultFields, type Log } from '../log';
import { replicaLag, type ReplicaLag } from '../postgres/replica-lag';
import type { Target } from '../postgres/target';
import { type AttemptEnd, interruptedEnd } from './attempt-end';
import { ledgerKey } from './frame';
import type { ProgressOf } from './progress';
import { type Ending, waitUntil } from './waiting';

/** How often the replicas are asked while a change waits for them. */
const askMs = 1_000;

/** True where a change, and not a read or a rollback, has to wait for replicas. */
function guarded(claims: OrderClaims, { writable, limits }: ConnectionConfig): boolean {
  const limited = (limits.maxReplicaLagBytes ?? limits.maxReplicaLagSeconds) !== undefined;
  return limited && writable && claims.kind === 'apply' && !claims.content.export;
}

/** Which limit the lag is above, in words; null when it is within both. */
function tooFar({ bytes, seconds }: ReplicaLag, { limits }: ConnectionConfig): string | null {
  const { maxReplicaLagBytes: mostBytes, maxReplicaLagSeconds: mostSeconds } = limits;
  if (mostBytes !== undefined && bytes > mostBytes)
    return `a replica or replication slot is ${bytes} bytes behind; at most ${mostBytes} are allowed`;
  if (mostSeconds !== undefined && seconds > mostSeconds)
    return `a replica is ${Math.round(seconds)} s behind; at most ${mostSeconds} s are allowed`;
  return null;
}

/** Whether an earlier attempt may have applied the change, and only another attempt can tell. */
async function mayBeApplied(claims: OrderClaims, attempt: number, target: Target): Promise<boolean> {
  // A session that lives on, or that cannot be told from others, may still commit.
  const ended = await target.sessions.fence({ jti: claims.jti, attempt });
  return ended !== 'gone' || (await target.ledgerRow(ledgerKey(claims))) !== null;
}

/**
 * Waits, before a change begins, until the replicas are near enough. `mayHaveCommitted`: an earlier attempt may have.
 * @returns how the attempt ends when they are not in time; null when it may begin
 */
export async function waitForReplicas(
  claims: OrderClaims,
  mayHaveCommitted: boolean,
  {
    target,
    log,
    attempt,
    progress,
    ...ending
  }: Ending & {
    readonly target: Target;
    readonly log: Log;
    readonly attempt: number;
    readonly progress: ProgressOf;
  },
): Promise<AttemptEnd | null> {
  const { config, control } = target;
  if (!guarded(claims, config)) return null;
  const until = Math.min(ending.now() + config.limits.replicaLagWaitSeconds * 1_000, claims.startBy * 1_000);
  try {
    if (mayHaveCommitted && (await mayBeApplied(claims, attempt, target))) return null;
    for (;;) {
      const problem = tooFar(await replicaLag(control), config);
      if (problem === null) return null;
      const interruption = ending.interrupted();
      if (interruption) return interruptedEnd(interruption);
      if (ending.stop.aborted) return { kind: 'lost', mayHaveCommitted: false };
      if (ending.now() >= until)
        return { kind: 'refused', code: 'replica-lag', message: `The change was not begun: ${problem}.` };
      progress.waitsForReplicas(until);
      await waitUntil(Math.min(until, ending.now() + askMs), ending);
    }
  } catch (error) {
    log.warn('target-unreachable', { connection: config.key, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: false };
  }
}
