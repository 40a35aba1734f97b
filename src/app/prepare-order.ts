import { canonicalSha256, sha256Hex } from '#core/hash';
import { maxOrderLifetimeSeconds } from '#core/limits';
import type { ChangeState } from '#core/change/state';
import type { ChangeKind } from '#core/protocol/attempt';
import { computeOrderDigest } from '#core/protocol/order';
import { ok } from '#core/result';
import { append } from './append';
import { executionOf, pendingAttempt } from './claim-run';
import { type Evidence, receiptsFor } from './evidence/find-evidence';
import { recheckVotes } from './eligibility';
import { orderClaims } from './order-claims';
import type { Dispatch, Ports, StoredOrder } from './ports';
import { publish } from './publish';
import { claimsOf } from './show-change';
import type { IssueRef } from './save-draft';

/** The change must begin within this after its order was made, seconds. Ours; the protocol allows an hour. */
const startWithinSeconds = 10 * 60;
/** And be committed within this, seconds. */
const endWithinSeconds = 60 * 60;

/** Re-checks the voters and freezes the order in the ledger; undefined when the review reopened instead. */
export async function prepareOrder(
  ports: Ports,
  issue: IssueRef,
  dispatch: Dispatch<ChangeKind>,
  evidence: Evidence,
): Promise<StoredOrder | undefined> {
  const settings = await ports.settings.read();
  const content = await ports.archive.revision(dispatch.issueId, dispatch.revision);
  if (!content || !settings.executor) throw new Error('no revision or no executor');
  const executor = settings.executor.id;
  const { kid } = await ports.keys.signingKey();
  const { rollbackPlan } = content;
  const byPlan = dispatch.kind === 'rollback' && rollbackPlan !== undefined;
  const sql = dispatch.kind === 'apply' ? content.sql : (content.rollback ?? '');
  const sqlSha256 = byPlan ? await canonicalSha256(rollbackPlan) : await sha256Hex(sql);
  const shown = receiptsFor(evidence);
  let order: StoredOrder | undefined;
  const appended = await append(ports, dispatch.issueId, async ({ state, head }) => {
    order = undefined;
    const attempt = pendingAttempt(state, dispatch.kind);
    if (!attempt || attempt.jti !== dispatch.jti || !state.revision) return ok({ entries: [] });
    // Another delivery signed it first: that order is the only one there will be.
    if (attempt.orderDigest !== null) return ok({ entries: [] });
    const { valid, lapsed } = await recheckVotes(ports, dispatch.issueId, state, countedVotes(state));
    if (dispatch.kind === 'apply' && valid.length < state.revision.approvalsRequired)
      return ok({ entries: lapsed });
    const kept = byPlan ? await keptOf(ports, state) : undefined;
    const now = Math.floor(ports.clock() / 1000);
    const checkedAt = new Date(ports.clock()).toISOString();
    const stored: StoredOrder = {
      kid,
      v: 1,
      iss: settings.installation,
      aud: executor,
      jti: attempt.jti,
      iat: now,
      exp: Math.min(now + maxOrderLifetimeSeconds, now + startWithinSeconds),
      startBy: now + startWithinSeconds,
      endBy: now + endWithinSeconds,
      kind: attempt.kind,
      try: attempt.try,
      issue: { id: issue.id, key: issue.key },
      requestedBy: attempt.requestedBy,
      digest: state.revision.digest,
      sqlSha256,
      approvals: (dispatch.kind === 'apply' ? valid : countedVotes(state)).map(
        ({ accountId, at, digest }) => ({
          accountId,
          at,
          digest,
          eligibilityCheckedAt: checkedAt,
        }),
      ),
      evidence: shown.receipts,
      analyser: analyserOf(state),
      ledgerHead: head,
      applyReceiptSha256: dispatch.kind === 'rollback' ? (state.apply?.outcome?.receiptSha256 ?? null) : null,
      ...(kept === undefined ? {} : { beforeImageSha256: kept }),
    };
    order = stored;
    return ok({
      entries: [
        {
          actor: 'app',
          body: {
            type: 'order-signed',
            kind: attempt.kind,
            try: attempt.try,
            jti: attempt.jti,
            orderDigest: await computeOrderDigest(orderClaims(stored, content)),
            executor,
            startBy: stored.startBy,
            voters: stored.approvals.map(({ accountId }) => accountId),
            ...(shown.match === null ? {} : { evidence: shown.match }),
          },
        },
      ],
      extras: (_state, next) => ({
        quiet: true,
        order: stored,
        execution: executionOf(issue, next.state[dispatch.kind], next.state, 'queued'),
      }),
    });
  });
  if (!appended.ok) throw new Error(appended.error.message);
  if (!order && !appended.value.changed) return ports.archive.order(dispatch.jti);
  if (!order) {
    await publish(ports, dispatch.issueId, appended.value, {
      jiraStatus: 'running',
      comment: [{ text: 'An approval is no longer valid, so nothing was run and the review is open again.' }],
    });
  }
  return order;
}

/** What the review said of the revision when it was submitted. */
function analyserOf({ revision }: ChangeState): StoredOrder['analyser'] {
  if (!revision?.analysis) return null;
  const { analyser: name, risk, errors, warnings, waived } = revision.analysis;
  return { name, risk, errors, warnings, waived };
}

/** SHA-256 of the rows that were kept of the applied change, as its receipt names it. */
async function keptOf(ports: Ports, { apply }: ChangeState): Promise<string | undefined> {
  const stored = apply ? await ports.archive.receipt(apply.jti) : undefined;
  return stored && claimsOf(stored.receipt)?.beforeImage?.sha256;
}

function countedVotes(state: ChangeState): ChangeState['votes'] {
  return state.votes.filter((vote) => vote.digest === state.revision?.digest);
}
