import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import type { Session } from '../../identity/session';
import { faultFields } from '../../log';
import { maskerOf } from '../../masking/masker';
import { serverError } from '../../postgres/errors';
import { beginIntent, dropIntent, endIntent, type Intender, takeIntent } from '../../postgres/intents';
import { ledgerErrors, type LedgerRow } from '../../postgres/ledger';
import type { Alone } from '../../sql/alone';
import type { Statement } from '../../sql/cut';
import type { AttemptDeps } from '../attempt';
import { type AttemptEnd, frameEnd, interruptedEnd, orTryAgain } from '../attempt-end';
import { ledgerKey } from '../frame';
import { refuseOtherSchema } from '../schema-guard';
import { bodyText, runStatements, type StatementsRun } from '../statements';
import { Ended, utc } from '../trips';
import { startWatchdog, type Watchdog } from '../watchdog';
import { startWalBudget, type WalBudget } from '../wal-budget';
import { type CommitBy, commitBy } from '../window-guard';
import { cleanUp, look } from './clean-up';
import { Before } from './index-state';
import { holds, judge, type Judgement, seen } from './judge';
import { lookBefore } from './look-before';
import { openAlone } from './open-alone';

/** What the approved statement is, and whose attempt at it this is. */
interface Work extends Intender {
  readonly alone: Alone;
  readonly statement: Statement;
  readonly deps: AttemptDeps;
}

/** Tags of a statement that was found done: whoever ran it is gone. */
const commands = {
  'create-index': 'CREATE INDEX',
  'drop-index': 'DROP INDEX',
  'reindex-index': 'REINDEX',
  vacuum: 'VACUUM',
} as const;

const ledgerCodes: ReadonlySet<string> = new Set(Object.values(ledgerErrors));

const partly = (what: string): AttemptEnd => ({
  kind: 'unknown',
  code: 'partly-applied',
  message: `The statement runs outside a transaction and was not undone: ${what}.`,
});

/**
 * Runs a statement that no transaction takes: its intent is in the ledger before it, what the database shows decides after
 * it. An intent that is there already is resolved first, after whoever wrote it was fenced; nothing runs beside it.
 * Resolves always; what cannot be known yet is `lost` with `mayHaveCommitted`.
 */
export async function attemptAlone(
  claims: OrderClaims,
  orderDigest: string,
  alone: Alone,
  statement: Statement,
  deps: AttemptDeps,
): Promise<AttemptEnd> {
  const { target, log, attempt } = deps;
  const work: Work = { claims, key: ledgerKey(claims), orderDigest, attempt, alone, statement, deps };
  let session: Session | null = null;
  // Until the ledger has said otherwise an intent may be there.
  let mayHaveRun = deps.attempt > 1;
  try {
    const present = await target.ledgerRow(work.key);
    if (present?.status === 'succeeded') return settled(work, present);
    mayHaveRun = present !== null;
    if (present && !(await fenced(work, present))) return { kind: 'lost', mayHaveCommitted: true };
    const execution = { jti: claims.jti, attempt, endBy: claims.endBy, leavesNothing: false };
    session = await target.sessions.open(execution, 'run');
    await session.sealed;
    const end = await inSession(work, session, present, () => (mayHaveRun = true));
    session.end('broken');
    return end;
  } catch (error) {
    session?.end('broken');
    if (error instanceof Ended) return error.end;
    const failure = serverError(error);
    // The ledger has taken this attempt out of force, or says why it may not begin.
    if (failure && ledgerCodes.has(failure.code ?? '')) return frameEnd(failure, 'opening', null);
    log.warn('connection-lost', { jti: claims.jti, committing: mayHaveRun, ...faultFields(error) });
    return { kind: 'lost', mayHaveCommitted: mayHaveRun };
  }
}

/** The row says that the change is done: by this order, or by another try of it. */
function settled({ claims, orderDigest }: Work, row: LedgerRow): AttemptEnd {
  return row.jti === claims.jti && row.order_digest === orderDigest
    ? { kind: 'committed', row, body: null, earlier: true }
    : { kind: 'refused', code: 'already-applied', message: 'another try of this revision has committed' };
}

/** Ends whoever wrote an intent; from here on it cannot run its statement any more. */
async function fenced({ claims, attempt, deps }: Work, { jti, attempt: by }: LedgerRow): Promise<boolean> {
  const { control, sessions } = deps.target;
  // An earlier try may never begin again; an earlier attempt of this one gives way to this one.
  await control.query('select querychange.fence_execution($1, $2)', [
    jti,
    jti === claims.jti ? attempt : null,
  ]);
  return (await sessions.fence({ jti, attempt: by ?? attempt })) === 'gone';
}

async function inSession(
  work: Work,
  session: Session,
  present: LedgerRow | null,
  intended: () => void,
): Promise<AttemptEnd> {
  const { claims, deps } = work;
  const { control, config } = deps.target;
  const { client } = session;
  const who = await openAlone(client, claims, session.preamble);
  const by = commitBy(claims, config, Date.parse(who.at));
  if (!present) {
    if ('kind' in by) throw new Ended(by);
    if (who.late) throw new Ended({ kind: 'expired', message: 'past startBy' });
    await refuseOtherSchema(deps.target, claims, [work.statement]);
    const before = await lookBefore(client, claims, work.alone, work.statement);
    if (!(await deps.stillOurs())) return { kind: 'lost', mayHaveCommitted: false };
    intended();
    const reply = await beginIntent(control, work, config.rollbackWindowSeconds, before);
    // Somebody was faster: the next look resolves it.
    if (!reply.begun) return { kind: 'lost', mayHaveCommitted: true };
    await deps.at('after-intent');
    return run(work, session, before, who.pid, by);
  }
  const taken = await takeIntent(control, work, present);
  if (taken === null) return { kind: 'lost', mayHaveCommitted: true };
  const before = v.parse(Before, present.intent);
  return resume(work, session, { before, startedAt: present.started_at, revoked: taken === 'revoked' }, who);
}

/** Goes on from an intent whose writer is gone: by what is there now. */
async function resume(
  work: Work,
  session: Session,
  { before, startedAt, revoked }: { before: Before; startedAt: string; revoked: boolean },
  who: Awaited<ReturnType<typeof openAlone>>,
): Promise<AttemptEnd> {
  const { claims, deps, statement } = work;
  const { control } = deps.target;
  const { judgement, now } = await cleanUp(session.client, control, claims, before);
  const { index, start, end } = statement;
  if (judgement.is === 'done') {
    const command = commands[before.kind];
    return succeeded(work, [{ index, start, end, command, rows: null, ms: 0, error: null }], null);
  }
  const again = judgement.is === 'untouched' || judgement.is === 'half-dropped';
  if (!again) return partly(seen(before, now));
  const interruption = revoked ? ({ by: 'issue' } as const) : deps.interrupted();
  const late = who.late || Date.parse(who.at) > claims.endBy * 1_000;
  const by = commitBy(claims, deps.target.config, Date.parse(who.at));
  if (interruption === null && !late && !('kind' in by)) {
    await openAlone(session.client, claims, []);
    return run(work, session, before, who.pid, by);
  }
  // Nothing tells whether a VACUUM ran.
  if (before.kind === 'vacuum') return partly(`a VACUUM that began at ${utc(startedAt)} may have run`);
  if (judgement.is !== 'untouched') return partly(seen(before, now));
  await dropIntent(control, work);
  if (interruption) return interruptedEnd(interruption);
  return !late && 'kind' in by ? by : { kind: 'expired', message: 'past startBy' };
}

/** Runs the approved bytes, and nothing else, outside a transaction. */
async function run(
  work: Work,
  session: Session,
  before: Before,
  pid: number,
  by: CommitBy,
): Promise<AttemptEnd> {
  const { claims, deps, statement } = work;
  const { target } = deps;
  const watchdog = startWatchdog({
    control: target.control,
    pid,
    deadlineMs: by.endBy * 1_000 - deps.now(),
    terminateAfterMs: deps.terminateAfterMs,
    interrupted: deps.interrupted,
    log: deps.log,
  });
  deps.progress.began(pid, 1);
  const startedAt = new Date(deps.now()).toISOString();
  let ran: StatementsRun;
  let wal: WalBudget | null = null;
  try {
    wal = await startWalBudget(claims, watchdog, deps);
    ran = await runStatements(session.client, [statement], {
      limits: claims.content.limits,
      watchdog,
      known: target.typeNames,
      readOnly: false,
      budget: null,
      keeper: null,
      masker: maskerOf(target),
      progress: deps.progress,
      at: deps.at,
    });
  } finally {
    deps.progress.ended();
    wal?.stop();
    watchdog.stop();
  }
  await deps.at('before-end');
  const ended = ran.outcomes.length > 0 && ran.error === null;
  if (!ended) return failed(work, session, before, { ran, startedAt, watchdog, wal, late: by.late });
  const now = await look(target.control, before);
  return holds(before, now)
    ? succeeded(work, ran.outcomes, bodyText(ran.body))
    : contradicted(work, before, now);
}

/** The statement is done: the ledger says so from here on. */
async function succeeded(
  work: Work,
  statements: StatementsRun['outcomes'],
  body: string | null,
): Promise<AttemptEnd> {
  const result = { statements: [...statements], resultSha256: null, durability: 'on' };
  const row = await endIntent(work.deps.target.control, work, result);
  await work.deps.at('after-commit');
  return { kind: 'committed', row, body, earlier: false };
}

/** The server called it successful, but what it says is not there. */
async function contradicted(
  work: Work,
  before: Before,
  now: Awaited<ReturnType<typeof look>>,
): Promise<AttemptEnd> {
  if (judge(before, now).is !== 'untouched') return partly(seen(before, now));
  await dropIntent(work.deps.target.control, work);
  const message = `The server did nothing, because the name is taken: ${seen(before, now)}, with another definition or not usable.`;
  return {
    kind: 'failed',
    statements: [],
    body: null,
    reason: { code: 'definition-differs', message },
    startedAt: null,
  };
}

interface Failure {
  readonly ran: StatementsRun;
  readonly startedAt: string;
  readonly watchdog: Watchdog;
  readonly wal: WalBudget | null;
  readonly late: CommitBy['late'];
}

const duplicateName = '42P07';

/** The statement failed or was ended: what it left is taken away, or a person is told what is there. */
async function failed(
  work: Work,
  session: Session,
  before: Before,
  { ran, startedAt, watchdog, wal, late }: Failure,
): Promise<AttemptEnd> {
  const { claims, deps } = work;
  const { control } = deps.target;
  // It was never sent when it was ended before: then there is nothing to take away either.
  const { judgement, now } = await cleanUp(session.client, control, claims, before);
  const sqlstate = serverError(ran.error)?.code;
  if (!nothingOfOurs(judgement, sqlstate))
    return partly(`${sqlstate ?? 'it was ended'}; ${seen(before, now)}`);
  await dropIntent(control, work);
  const interruption = watchdog.interrupted();
  if (interruption) return interruptedEnd(interruption);
  if (watchdog.pastDeadline) return late;
  const end: AttemptEnd = {
    kind: 'failed',
    statements: ran.outcomes,
    body: bodyText(ran.body),
    reason: wal?.problem ?? null,
    startedAt,
  };
  return orTryAgain(end, serverError(ran.error));
}

/** Whether a failed statement certainly changed nothing. A name that is taken was taken by somebody else. */
function nothingOfOurs({ is }: Judgement, sqlstate: string | undefined): boolean {
  if (is === 'untouched') return true;
  return sqlstate === duplicateName && (is === 'done' || is === 'other');
}
