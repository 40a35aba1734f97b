import type { Target } from '../postgres/target';
import type { Execution } from './session';

/**
 * Before somebody else takes an execution over: ends what its earlier attempts, up to and with `attempt`, left in the
 * target, and waits until it is gone.
 * @returns `gone` when that is proven; `unprovable` when executions of this connection share a login (then the ledger's
 *   unique key alone decides, by waiting for the earlier transaction)
 * @throws Error when the database is away, or a session does not end
 */
export async function fence(
  target: Target,
  execution: Pick<Execution, 'jti' | 'attempt'>,
): Promise<'gone' | 'unprovable'> {
  return target.sessions.fence(execution);
}
