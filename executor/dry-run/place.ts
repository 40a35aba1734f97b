import { haltWords } from '../halt/halts';
import { type Refusal, refusal } from '../order/refusal';
import type { Probe } from '../postgres/probe';
import type { Target } from '../postgres/target';

/** Lock waits of a dry run at most, milliseconds: whoever queues behind it waits as long. */
const lockTimeoutMs = { protected: 1_000, other: 2_000 };

/** Where dry runs of a connection's changes run: its copy if it has one, else itself. */
export function placeOf(target: Target, targets: ReadonlyMap<string, Target>): Target {
  const { dryRunOn } = target.config;
  if (dryRunOn === undefined) return target;
  const copy = targets.get(dryRunOn);
  if (!copy) throw new Error(`${target.config.key} has a dryRunOn that is no connection`);
  return copy;
}

/** True on the database of a protected connection: a copy holds up nobody. */
export function isGuarded({ config }: Target): boolean {
  return config.protected && !config.clone;
}

/** How long a statement of a dry run may wait for a lock, milliseconds. */
export function lockPatienceMs(place: Target, approvedMs: number): number {
  return Math.min(approvedMs, isGuarded(place) ? lockTimeoutMs.protected : lockTimeoutMs.other);
}

const sameServer = (one: Probe, other: Probe): boolean =>
  one.serverStartedAt === other.serverStartedAt &&
  one.identity?.systemIdentifier === other.identity?.systemIdentifier &&
  one.identity?.databaseOid === other.identity?.databaseOid;

/** Why no dry run can be taken for this connection now; null when it can. */
export async function refusedPlace(
  target: Target,
  targets: ReadonlyMap<string, Target>,
): Promise<Refusal | null> {
  const { key, dryRun } = target.config;
  if (dryRun === 'refused') return refusal('dry-run-refused', `${key} takes no dry runs`);
  const place = placeOf(target, targets);
  if (place === target) return null;
  const halt = place.halted();
  if (halt) return refusal('halted', `${place.config.key}: ${haltWords(halt)}`);
  const [probe, own] = await Promise.all([place.probe(), target.probe()]);
  if (probe.problem !== null || probe.identity === null) {
    return refusal('connection-not-ready', `${place.config.key}: ${probe.problem ?? 'it was never reached'}`);
  }
  // A physical copy has the identity of its original; only the server process tells them apart.
  if (sameServer(probe, own)) {
    return refusal(
      'connection-not-ready',
      `${place.config.key} is the database of ${key} itself, not a copy`,
    );
  }
  return null;
}
