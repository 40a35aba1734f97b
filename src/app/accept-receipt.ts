import * as v from 'valibot';
import { sha256Hex } from '#core/hash';
import { maxResultBytes } from '#core/limits';
import { jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { resultProperty, type ResultProperty } from '#core/property/result-property';
import type { ChangeKind } from '#core/protocol/attempt';
import { peekHeader, verifyCompact } from '#core/protocol/jws';
import { computeOrderDigest } from '#core/protocol/order';
import {
  affectedRows,
  selectedRows,
  ReceiptClaims,
  receiptTyp,
  ResultBody,
  resultMatches,
  type ReceiptDelivery,
} from '#core/protocol/receipt';
import { rowCount } from '#core/results/row-count';
import type { ChangeState } from '#core/change/state';
import { ok, refuse, type Result } from '#core/result';
import { append, type Decision, type Entry } from './append';
import { evidenceOf } from './evidence/note-evidence';
import { acceptDryRun } from './dry-run/accept-dry-run';
import { executionOf } from './claim-run';
import { orderClaims } from './order-claims';
import type { ReceiptRefusal } from './receipt-refusal';
import type { CommentPart, Execution, Ports, StoredReceipt } from './ports';
import { publish } from './publish';
import type { IssueRef } from './save-draft';

/** The receipt of a change or of its rollback. */
type ChangeReceipt = ReceiptClaims & { readonly kind: ChangeKind };

/**
 * Verifies a receipt and records the outcome. Fixed order: size, shape and header; key of the executor that the order
 * went to; signature; schema; audience; the ledger's own attempt. Idempotent: the same receipt again changes nothing,
 * and a final receipt is never replaced except by `outcome-lost`.
 */
export async function acceptDelivery(
  ports: Ports,
  delivery: ReceiptDelivery,
): Promise<Result<'accepted' | 'duplicate', ReceiptRefusal>> {
  const header = peekHeader(delivery.receipt, receiptTyp);
  if (!header.ok) return refuse(header.error === 'too-large' ? 'malformed' : header.error);
  const settings = await ports.settings.read();
  const executor = settings.executor;
  if (!executor) return refuse('unknown-key');
  const verified = await verifyCompact(delivery.receipt, receiptTyp, executor.keys, ReceiptClaims);
  if (!verified.ok) return refuse(verified.error === 'too-large' ? 'malformed' : verified.error);
  const claims = verified.value;
  if (claims.iss !== executor.id || claims.aud !== settings.installation) return refuse('wrong-audience');

  const receiptSha256 = await sha256Hex(delivery.receipt);
  const result = await keptResult(claims, delivery.result);
  if (!isOfChange(claims)) {
    const stored = { jti: claims.jti, receipt: delivery.receipt, result };
    return acceptDryRun(ports, claims, { ...stored, receiptSha256 });
  }
  const issue: IssueRef = claims.issue;
  let before: ChangeStatus = 'running';
  const stored: StoredReceipt = {
    jti: claims.jti,
    issueId: issue.id,
    kind: claims.kind,
    receipt: delivery.receipt,
    result,
  };
  const appended = await append<ReceiptRefusal>(ports, issue.id, async ({ state }) => {
    before = state.status;
    // A change that was cancelled or rejected after its attempt was given up has no attempt of its own any more.
    const givenUp = state.status === 'cancelled' || state.status === 'rejected';
    if (givenUp || state[claims.kind]?.jti !== claims.jti) return judgeEarlier(ports, state, claims, stored);
    const judged = judge(state, claims, receiptSha256);
    if (!judged.ok) return refuse(judged.error);
    if (judged.value === 'duplicate') return ok({ entries: [] });
    const evidence = await evidenceOf(ports, claims);
    return ok({
      entries: receiptEntries(claims, state, receiptSha256),
      extras: (_state, next) => ({
        receipt: stored,
        ...(evidence ? { evidence } : {}),
        execution: executionOf(issue, next.state[claims.kind], next.state, 'final'),
      }),
    });
  });
  if (!appended.ok) return refuse(typeof appended.error === 'string' ? appended.error : 'conflict');
  if (!appended.value.changed) return ok('duplicate');

  const { state } = appended.value;
  await publish(ports, issue.id, appended.value, {
    jiraStatus: before,
    result: shownResult(state, claims, stored),
    comment: outcomeComment(state, claims),
  });
  return ok('accepted');
}

/** The result property of an accepted receipt; rows and server messages only where results are public. */
export function shownResult(
  state: ChangeState,
  claims: ReceiptClaims,
  stored: StoredReceipt,
): ResultProperty {
  const shown =
    stored.result === null || !state.revision?.resultsPublic
      ? null
      : v.parse(ResultBody, JSON.parse(stored.result));
  return resultProperty(claims, stored.receipt, shown);
}

function isOfChange(claims: ReceiptClaims): claims is ChangeReceipt {
  return claims.kind !== 'dry-run';
}

function judge(
  state: ChangeState,
  claims: ChangeReceipt,
  receiptSha256: string,
): Result<'new' | 'duplicate', ReceiptRefusal> {
  const attempt = state[claims.kind];
  if (attempt?.revision !== claims.revision || attempt.executor !== claims.iss)
    return refuse('unknown-execution');
  if (attempt.orderDigest !== claims.orderDigest || state.revision?.digest !== claims.digest) {
    return refuse('unknown-execution');
  }
  if (state.revision.connection !== claims.connection) return refuse('unknown-execution');
  if (!attempt.outcome) return ok('new');
  if (attempt.outcome.receiptSha256 === receiptSha256) return ok('duplicate');
  // Closed on an unsigned refusal, or unknown until now: a signed word is better.
  if (attempt.outcome.receiptSha256 === null) return ok('new');
  if (attempt.outcome.status === 'unknown' && state.status === 'needs-attention') return ok('new');
  return claims.status === 'outcome-lost' && attempt.outcome.status !== 'outcome-lost'
    ? ok('new')
    : refuse('conflict');
}

function receiptEntries(claims: ChangeReceipt, state: ChangeState, receiptSha256: string): Entry[] {
  const { kind, jti, status, reason, finishedAt } = claims;
  const tryNumber = state[kind]?.try ?? 1;
  const failed = claims.statements.find((statement) => statement.error !== null)?.error;
  const rows = affectedRows(claims.statements);
  const entries: Entry[] = [
    {
      actor: 'executor',
      body: {
        type: 'receipt-accepted',
        kind,
        jti,
        try: tryNumber,
        status,
        receiptSha256,
        rows: status === 'succeeded' ? rows : null,
        finishedAt,
        code: failed?.sqlstate ?? reason?.code ?? null,
        message: failed ? failed.condition : (reason?.message ?? null),
      },
    },
  ];
  // The database has it from another try: whatever we believed, the change is applied.
  if (state.status === 'running' && reason?.code === 'already-applied') {
    entries.push({
      actor: 'app',
      body: {
        type: 'attention-raised',
        code: 'already-applied',
        message: `The executor answered: ${reason.message}.`,
      },
    });
    return entries;
  }
  // An attempt that was closed without a receipt has its way back already; now it has its proof.
  if (state.status === 'running' && (status === 'refused' || status === 'expired' || status === 'revoked')) {
    entries.push({
      actor: 'app',
      body: {
        type: 'not-started',
        kind,
        jti,
        try: tryNumber,
        code: reason?.code ?? status,
        message: reason?.message ?? `The executor answered: ${status}.`,
      },
    });
  }
  return entries;
}

/**
 * A receipt of a try that the ledger has closed: harmless when nothing was applied, a case for a person when something
 * may have been. Believed only if we signed that order.
 */
async function judgeEarlier(
  ports: Ports,
  state: ChangeState,
  claims: ChangeReceipt,
  stored: StoredReceipt,
): Promise<Result<Decision, ReceiptRefusal>> {
  const [order, content, known] = await Promise.all([
    ports.archive.order(claims.jti),
    ports.archive.revision(claims.issue.id, claims.revision),
    ports.archive.receipt(claims.jti),
  ]);
  if (!order || !content || order.issue.id !== claims.issue.id || order.aud !== claims.iss)
    return refuse('unknown-execution');
  if ((await computeOrderDigest(orderClaims(order, content))) !== claims.orderDigest)
    return refuse('unknown-execution');
  const mayHaveRun = ['succeeded', 'unknown', 'outcome-lost'].includes(claims.status);
  if (known?.receipt === stored.receipt || !mayHaveRun || state.status === 'needs-attention') {
    return ok({ entries: [] });
  }
  const message = `An attempt that was given up (try ${order.try} of revision ${claims.revision}) reports: ${claims.status}.`;
  return ok({
    entries: [{ actor: 'app', body: { type: 'attention-raised', code: 'late-success', message } }],
    extras: { receipt: stored },
  });
}

/** The result body if its hash stands in the receipt and it fits; a body that does not match is dropped. */
async function keptResult(claims: ReceiptClaims, body: string | null): Promise<string | null> {
  if (body === null || new TextEncoder().encode(body).length > maxResultBytes) return null;
  if (!(await resultMatches(claims, body))) return null;
  try {
    return v.is(ResultBody, JSON.parse(body)) ? body : null;
  } catch {
    return null;
  }
}

/** Records that an attempt never started although no receipt says so: the executor would not take the order at all. */
export async function closeUnstarted(
  ports: Ports,
  issue: IssueRef,
  execution: Execution,
  why: { code: string; message: string },
): Promise<void> {
  const { kind, jti } = execution;
  const appended = await append(ports, issue.id, ({ state }) => {
    const attempt = state[kind];
    if (!attempt || attempt.jti !== jti || attempt.outcome) return ok({ entries: [] });
    return ok({
      entries: [{ actor: 'app', body: { type: 'not-started', kind, jti, try: attempt.try, ...why } }],
      extras: { execution: { ...execution, phase: 'final', note: why.message } },
    });
  });
  if (!appended.ok) throw new Error(appended.error.message);
  if (!appended.value.changed) return;
  const author = appended.value.state.revision?.author;
  await publish(ports, issue.id, appended.value, {
    jiraStatus: 'running',
    comment: [
      ...(author ? [{ mention: author }] : []),
      { text: ` nothing was run: ${why.message} (${why.code})` },
    ],
  });
}

function outcomeComment(state: ChangeState, claims: ChangeReceipt): CommentPart[] {
  const what = claims.kind === 'apply' ? 'The change' : 'The rollback';
  const where = `${claims.connection}${claims.environment ? ` (${claims.environment})` : ''}`;
  const to: CommentPart[] = state.revision ? [{ mention: state.revision.author }, { text: ' ' }] : [];
  const failed = claims.statements.find((statement) => statement.error !== null);
  const rows = affectedRows(claims.statements);
  const selected = selectedRows(claims.statements);
  switch (claims.status) {
    case 'succeeded':
      return [
        ...to,
        {
          text: `${what} ran on ${where}: ${selected === null ? rowCount(rows) : `${rowCount(selected)} selected`}. ${claims.reason ? `${claims.reason.message} ` : ''}Status: ${jiraStatusNames[state.status]}.`,
        },
      ];
    case 'failed':
      return [
        ...to,
        {
          text: failed?.error
            ? `${what} failed on ${where} at statement ${failed.index + 1} with ${failed.error.sqlstate} ${failed.error.condition}. Nothing was applied.`
            : `${what} failed on ${where}: ${claims.reason?.message ?? 'no reason given'} Nothing was applied.`,
        },
      ];
    case 'revoked': {
      const stop = state[claims.kind]?.stop;
      if (claims.reason?.code !== 'cancelled' || !stop) return didNotStart(to, what, where, claims);
      return [
        ...to,
        { text: `${what} on ${where} was stopped by ` },
        { mention: stop.by },
        { text: `, nothing was applied: ${stop.reason}` },
      ];
    }
    case 'refused':
    case 'expired':
      return didNotStart(to, what, where, claims);
    default:
      return [
        ...to,
        { text: `${what} on ${where} needs attention: ${claims.reason?.message ?? claims.status}` },
      ];
  }
}

function didNotStart(
  to: readonly CommentPart[],
  what: string,
  where: string,
  claims: ReceiptClaims,
): CommentPart[] {
  return [...to, { text: `${what} did not start on ${where}: ${claims.reason?.message ?? claims.status}` }];
}
