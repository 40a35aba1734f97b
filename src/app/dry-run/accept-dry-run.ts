import { affectedRows, type ReceiptClaims } from '#core/protocol/receipt';
import { ok, refuse, type Result } from '#core/result';
import type { Ports, StoredDelivery } from '../ports';
import type { ReceiptRefusal } from '../receipt-refusal';
import { endDryRun } from './end-dry-run';

/**
 * Takes the verified receipt of a dry run, if it is the one that is under way: signed for the same order, digest and
 * connection. A receipt of an earlier dry run is of no use any more, and is not kept.
 */
export async function acceptDryRun(
  ports: Ports,
  claims: ReceiptClaims,
  taken: StoredDelivery & { readonly receiptSha256: string },
): Promise<Result<'accepted' | 'duplicate', ReceiptRefusal>> {
  const { receiptSha256, ...stored } = taken;
  const { state } = await ports.ledger.read(claims.issue.id);
  const { dryRun } = state;
  const same =
    dryRun?.jti === claims.jti &&
    dryRun.orderDigest === claims.orderDigest &&
    dryRun.digest === claims.digest &&
    dryRun.connection === claims.connection &&
    dryRun.executor === claims.iss &&
    dryRun.revision === claims.revision;
  if (!same) return refuse('unknown-execution');
  if (dryRun.outcome)
    return dryRun.outcome.receiptSha256 === receiptSha256 ? ok('duplicate') : refuse('conflict');
  const { status, reason, finishedAt, statements } = claims;
  const failed = statements.find(({ error }) => error !== null)?.error;
  const ended = await endDryRun(
    ports,
    { issueId: claims.issue.id, revision: claims.revision, jti: claims.jti },
    {
      status,
      receiptSha256,
      rows: status === 'succeeded' && !claims.dryRun?.coarse ? affectedRows(statements) : null,
      finishedAt,
      code: failed?.sqlstate ?? reason?.code ?? null,
      message: failed ? failed.condition : (reason?.message ?? null),
    },
    stored,
  );
  return ok(ended ? 'accepted' : 'duplicate');
}
