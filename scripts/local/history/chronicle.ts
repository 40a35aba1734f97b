import { computeDigest } from '#core/change/compute-digest';
import type { DigestInput } from '#core/change/digest';
import type { ChangeEventBody, LedgerEvent } from '#core/change/event';
import { emptyHead, nextEvent, type LedgerHead } from '#core/change/ledger';
import { evolve, nextTry } from '#core/change/machine';
import { initialState, type AttemptState, type ChangeState } from '#core/change/state';
import type { ChangeStatus } from '#core/change/status';
import { sha256Hex } from '#core/hash';
import { maxListedApprovers } from '#core/limits';
import type { ConnectionInfo } from '#core/protocol/connection';
import { computeJti } from '#core/protocol/attempt';
import type { GroupRef } from '#core/settings/settings';
import { isoTime } from './calendar';
import { analysisOfInput } from './analysis';
import { approvalsIn, type Cast, type Content, type Deed, type Story } from './telling';
import { connectionOf } from './texts';

/** What a ledger needs to know of the site. */
export interface Surroundings {
  /** Installation ARI. */
  readonly installation: string;
  readonly approverGroup: GroupRef;
  readonly cast: Cast;
  readonly connections: Readonly<
    Record<string, Pick<ConnectionInfo, 'target' | 'role' | 'searchPath' | 'limits'>>
  >;
}

/** A story as the app would have stored it. */
export interface Chronicle {
  readonly events: readonly LedgerEvent[];
  readonly head: LedgerHead;
  readonly state: ChangeState;
  readonly revisions: readonly DigestInput[];
  /** Every attempt that was ever made, with its final state. */
  readonly attempts: readonly AttemptState[];
  /** The statuses that it went through, with who brought it there. */
  readonly moves: readonly { at: string; actor: string; to: ChangeStatus }[];
}

/** Stands for the hash of a receipt: the text is not one, so that no receipt can ever have this hash. */
const noReceipt = 'generated history: no executor ran this, there is no receipt';

/**
 * Writes a story as a hash-chained ledger, with the app's own events and its own fold. The fold is total: what today's
 * app would refuse to append is written all the same, because a violation is exactly that.
 */
export async function chronicle(story: Story, issueId: string, site: Surroundings): Promise<Chronicle> {
  let head = emptyHead;
  let state = initialState;
  const events: LedgerEvent[] = [];
  const revisions: DigestInput[] = [];
  const attempts = new Map<string, AttemptState>();
  const moves: Chronicle['moves'][number][] = [];
  for (const { at: ms, actor, deed } of story.steps) {
    const at = isoTime(ms);
    if (deed.type === 'submit') {
      revisions.push(digestInput(story, deed.content, issueId, state.revisions + 1, site));
    }
    const body = await bodyOf(deed, state, revisions.at(-1), issueId, site, actor, at);
    const event = await nextEvent(head, { issueId, at, actor, body });
    const before = state.status;
    state = evolve(state, event);
    head = { seq: event.seq, hash: event.hash };
    events.push(event);
    for (const attempt of [state.apply, state.rollback]) if (attempt) attempts.set(attempt.jti, attempt);
    if (state.status !== before) moves.push({ at, actor, to: state.status });
  }
  return { events, head, state, revisions, attempts: [...attempts.values()], moves };
}

async function bodyOf(
  deed: Deed,
  state: ChangeState,
  input: DigestInput | undefined,
  issueId: string,
  site: Surroundings,
  actor: string,
  at: string,
): Promise<ChangeEventBody> {
  if (deed.type === 'other') return deed.body;
  if (!input) throw new Error('nothing was submitted yet');
  const digest = await computeDigest(input);
  switch (deed.type) {
    case 'submit':
      return submitted(deed, input, digest, actor, site);
    case 'vote': {
      const seen = deed.stale
        ? await computeDigest({ ...input, sql: `${input.sql}\n-- as approved` })
        : digest;
      return { type: 'voted', digest: seen, channel: 'panel', comment: deed.comment };
    }
    case 'approve':
      return { type: 'approved', digest, voters: state.votes.map(({ accountId }) => accountId) };
    case 'run': {
      const attempt = { kind: deed.kind, try: nextTry(state, deed.kind) };
      const jti = await computeJti({
        installation: site.installation,
        issueId,
        revision: input.revision,
        ...attempt,
      });
      return { type: 'run-requested', ...attempt, jti, digest };
    }
    case 'outcome': {
      const { type: _type, kind, ...outcome } = deed;
      const finishedAt = outcome.status === 'unknown' ? null : at;
      const receiptSha256 = await sha256Hex(noReceipt);
      return { type: 'receipt-accepted', ...named(state, kind), ...outcome, receiptSha256, finishedAt };
    }
    case 'not-started':
      return { ...deed, ...named(state, 'apply') };
    default:
      return deed satisfies never;
  }
}

function named(state: ChangeState, kind: 'apply' | 'rollback') {
  const attempt = state[kind];
  if (!attempt) throw new Error(`nothing runs: ${kind}`);
  return { kind, try: attempt.try, jti: attempt.jti };
}

async function submitted(
  { content, editors }: Extract<Deed, { type: 'submit' }>,
  input: DigestInput,
  digest: string,
  author: string,
  { cast, approverGroup }: Surroundings,
): Promise<ChangeEventBody> {
  const asked = cast.approvers.filter((who) => who !== author && !editors.includes(who));
  return {
    type: 'submitted',
    revision: input.revision,
    digest,
    editors: [...editors],
    connection: input.connection,
    environment: content.environment,
    approvalsRequired: approvalsIn(content.environment),
    approverGroup,
    candidates: asked.length > maxListedApprovers ? null : asked,
    hasRollback: content.rollback !== null,
    resultsPublic: content.environment === 'dev' || content.environment === 'qa',
    analysis: await analysisOfInput(input, content.environment),
  };
}

function digestInput(
  { author }: Story,
  { environment, sql, rollback, reason }: Content,
  issueId: string,
  revision: number,
  { installation, connections }: Surroundings,
): DigestInput {
  const connection = connectionOf[environment];
  const known = connections[connection];
  return {
    v: 1,
    installation,
    issueId,
    revision,
    author,
    reason,
    connection,
    target: known?.target ?? {
      systemIdentifier: '7400000000000000001',
      databaseOid: 16_384,
      databaseName: connection,
    },
    role: known?.role ?? 'shop_app_rw',
    searchPath: known?.searchPath ?? 'shop',
    sql,
    rollback,
    verification: null,
    limits: known?.limits ?? {
      statementTimeoutMs: 30_000,
      lockTimeoutMs: 5_000,
      maxResultRows: 100,
      maxResultBytes: 65_536,
    },
    rowBudget: null,
    schemaDigest: null,
  };
}
