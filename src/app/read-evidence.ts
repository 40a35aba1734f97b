import { signCompact } from '#core/protocol/jws';
import { orderTyp, type ExecutionKind } from '#core/protocol/order';
import { ok } from '#core/result';
import type { Ports } from './ports';
import { resultRefusal } from './read-result';
import { no, type Outcome } from './refusal';

/**
 * The signed order and receipt of the last attempt. The order holds the SQL, so it is shown to those who may see results.
 * It is rebuilt, not stored: signing is deterministic. After a key rotation only orders under the current key come back.
 */
export async function readEvidence(
  ports: Ports,
  issueId: string,
  viewer: string,
  kind: ExecutionKind,
): Promise<Outcome<{ order: string | null; receipt: string | null }>> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issueId)]);
  const refusal = resultRefusal(state, settings, viewer);
  if (refusal !== null) return no('not-allowed', refusal);
  const attempt = state[kind];
  if (!attempt) return no('not-found', 'There was no such attempt.');
  const [stored, content, receipt] = await Promise.all([
    ports.archive.order(attempt.jti),
    ports.archive.revision(issueId, attempt.revision),
    ports.archive.receipt(attempt.jti),
  ]);
  const order =
    stored && content
      ? await signCompact({ ...stored, content }, orderTyp, await ports.keys.signingKey())
      : null;
  return ok({ order, receipt: receipt?.receipt ?? null });
}
