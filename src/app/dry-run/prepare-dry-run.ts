import { sha256Hex } from '#core/hash';
import { maxOrderLifetimeSeconds } from '#core/limits';
import type { ChangeState, DryRunState } from '#core/change/state';
import { computeOrderDigest } from '#core/protocol/order';
import { ok } from '#core/result';
import { findConnection } from '#core/settings/settings';
import { append } from '../append';
import { recheckVotes } from '../eligibility';
import { orderClaims } from '../order-claims';
import type { Execution, Ports, StoredOrder } from '../ports';

/** A dry run must begin within this after its order was made, seconds: somebody waits for it. */
const startWithinSeconds = 5 * 60;
/** And be over within this, seconds. */
const endWithinSeconds = 20 * 60;

/** The dry run that is under way; undefined when none is, or another than `jti`. */
export function pendingDryRun({ dryRun }: ChangeState, jti: string): DryRunState | undefined {
  return dryRun && dryRun.jti === jti && !dryRun.outcome ? dryRun : undefined;
}

/**
 * Freezes the order of a dry run in the ledger. It carries the votes that still count for its digest: the executor tells
 * more of what it saw, and on a protected connection does it at all, only for an approved change. Undefined: it is over.
 */
export async function prepareDryRun(
  ports: Ports,
  { issueId, issueKey, jti }: Execution<'dry-run'>,
): Promise<StoredOrder | undefined> {
  const [settings, content] = await Promise.all([ports.settings.read(), ports.dryRuns.content(issueId)]);
  if (!content || !settings.executor) throw new Error('no content or no executor');
  const executor = settings.executor.id;
  const guarded = findConnection(settings, content.connection)?.info;
  const wantsVotes = guarded?.protected === true || guarded?.dryRun?.mode === 'with-approvals';
  const { kid } = await ports.keys.signingKey();
  const sqlSha256 = await sha256Hex(content.sql);
  let order: StoredOrder | undefined;
  const appended = await append(ports, issueId, async ({ state, head }) => {
    order = undefined;
    const attempt = pendingDryRun(state, jti);
    if (!attempt || attempt.orderDigest !== null) return ok({ entries: [] });
    const votes = state.revision?.digest === attempt.digest ? state.votes : [];
    const counted = wantsVotes ? votes.filter(({ digest }) => digest === attempt.digest) : [];
    const { valid } = await recheckVotes(ports, issueId, state, counted);
    const now = Math.floor(ports.clock() / 1000);
    const eligibilityCheckedAt = new Date(ports.clock()).toISOString();
    const stored: StoredOrder = {
      kid,
      v: 1,
      iss: settings.installation,
      aud: executor,
      jti,
      iat: now,
      exp: now + Math.min(maxOrderLifetimeSeconds, startWithinSeconds),
      startBy: now + startWithinSeconds,
      endBy: now + endWithinSeconds,
      kind: 'dry-run',
      try: attempt.try,
      issue: { id: issueId, key: issueKey },
      requestedBy: attempt.requestedBy,
      digest: attempt.digest,
      sqlSha256,
      approvals: valid.map(({ accountId, at, digest }) => ({ accountId, at, digest, eligibilityCheckedAt })),
      evidence: [],
      analyser: null,
      ledgerHead: head,
      applyReceiptSha256: null,
    };
    order = stored;
    const orderDigest = await computeOrderDigest(orderClaims(stored, content));
    const body = { type: 'dry-run-signed' as const, jti, orderDigest, executor, startBy: stored.startBy };
    return ok({ entries: [{ actor: 'app', body }], extras: { quiet: true, dryRun: { order: stored } } });
  });
  if (!appended.ok) throw new Error(appended.error.message);
  return order ?? signedDryRun(ports, issueId, jti);
}

/** The order of this dry run, if it was signed before. */
export async function signedDryRun(
  ports: Ports,
  issueId: string,
  jti: string,
): Promise<StoredOrder | undefined> {
  const order = await ports.dryRuns.order(issueId);
  return order?.jti === jti ? order : undefined;
}
