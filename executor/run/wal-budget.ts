import type { OrderClaims } from '#core/protocol/order';
import { faultFields, type Log } from '../log';
import { walPosition, walSince } from '../postgres/replica-lag';
import type { Target } from '../postgres/target';
import type { Watchdog } from './watchdog';

/**
 * Holds a change to the write-ahead log that its connection allows. PostgreSQL tells what one backend wrote only after its
 * transaction (18 too), so what is held to the limit is the log of the whole server meanwhile: never less than the change's
 * own, and more where others write too.
 */
export interface WalBudget {
  /** Asks once more, before COMMIT. */
  settle(): Promise<void>;
  /** Why the change must not be committed; null while it is within its budget. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  stop(): void;
}

/** How often the log is looked at while a change runs: what is written within it is beyond recall. */
const lookMs = 500;

/** Begins to count; null where nothing is limited. A rollback is not held to it: it must not be in the way of undoing. */
export async function startWalBudget(
  claims: OrderClaims,
  watchdog: Watchdog,
  { target: { config, control }, log }: { readonly target: Target; readonly log: Log },
): Promise<WalBudget | null> {
  const most = config.limits.maxWalBytes;
  if (most === undefined || !config.writable || claims.kind !== 'apply' || claims.content.export) return null;
  const began = await walPosition(control);
  let problem: WalBudget['problem'] = null;
  let looking = false;
  const look = async (): Promise<void> => {
    if (problem) return;
    const written = await walSince(control, began);
    if (written <= most) return;
    problem = {
      code: 'wal-budget-exceeded',
      message: `The server wrote ${written} bytes of log while the change ran, its own and that of others; at most ${most} are allowed.`,
    };
  };
  const timer = setInterval(() => {
    if (looking || problem) return;
    looking = true;
    look()
      .then(() => (problem ? watchdog.cancel() : undefined))
      .catch((error: unknown) => log.warn('wal-budget-fault', faultFields(error)))
      .finally(() => {
        looking = false;
      });
  }, lookMs);
  return {
    settle: look,
    get problem() {
      return problem;
    },
    stop: () => clearInterval(timer),
  };
}
