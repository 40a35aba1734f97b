import { signCompact } from '#core/protocol/jws';
import type { ChangeKind } from '#core/protocol/attempt';
import { orderTyp } from '#core/protocol/order';
import { ok } from '#core/result';
import type { PanelValue } from '#core/panel/contract';
import { orderClaims } from './order-claims';
import type { Ports } from './ports';
import { resultRefusal } from './read-result';
import { no, type Outcome } from './refusal';

/**
 * The signed order and receipt of the last attempt. The order holds the SQL, so it is shown to those who may see results.
 * It is rebuilt, not stored: signing is deterministic. The signature of an order under a retired key cannot be made
 * again, so the answer says which key that was instead.
 */
export async function readEvidence(
  ports: Ports,
  issueId: string,
  viewer: string,
  kind: ChangeKind,
): Promise<Outcome<PanelValue<'evidence'>>> {
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
  const found = { receipt: receipt?.receipt ?? null };
  if (!stored || !content) return ok({ ...found, order: null, orderNote: null });
  const key = await ports.keys.signingKey();
  if (stored.kid !== key.kid) {
    const orderNote = `The order was signed with the app's key ${stored.kid}, which is retired: its signature cannot be shown any more. The receipt names the order by its digest.`;
    return ok({ ...found, order: null, orderNote });
  }
  const order = await signCompact(orderClaims(stored, content), orderTyp, key);
  return ok({ ...found, order, orderNote: null });
}
