import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import type { Session } from '../../identity/session';
import { faultFields } from '../../log';
import { serverError } from '../../postgres/errors';
import { beginIntent, dropIntent, takeIntent } from '../../postgres/intents';
import { ledgerErrors, type LedgerRow } from '../../postgres/ledger';
import type { Alone } from '../../sql/alone';
import type { Statement } from '../../sql/cut';
import type { AttemptDeps } from '../attempt';
import { type AttemptEnd, frameEnd, interruptedEnd } from '../attempt-end';
import { ledgerKey } from '../frame';
import { refuseOtherSchema } from '../schema-guard';
import { Ended, utc } from '../trips';
import { commitBy } from '../window-guard';
import { cleanUp } from './clean-up';
import { Before } from './found';
import { lookBefore } from './look-before';
import { openAlone } from './open-alone';
import { foundDone, runAlone } from './run-alone';
import { partly, type Work } from './work';

const ledgerCodes: ReadonlySet<string> = new Set(Object.values(ledgerErrors));

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
    const before = await lookBefore(client, work.alone, work.statement);
    if (!(await deps.stillOurs())) return { kind: 'lost', mayHaveCommitted: false };
    intended();
    const reply = await beginIntent(control, work, config.rollbackWindowSeconds, before);
    // Somebody was faster: the next look resolves it.
    if (!reply.begun) return { kind: 'lost', mayHaveCommitted: true };
    await deps.at('after-intent');
    return runAlone(work, session, before, who.pid, by);
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
  const { claims, deps } = work;
  const { control } = deps.target;
  const { judgement, seen } = await cleanUp(session.client, control, claims, before);
  if (judgement.is === 'done') return foundDone(work, before);
  const again = judgement.is === 'untouched' || judgement.is === 'half-dropped';
  if (!again) return partly(seen);
  const interruption = revoked ? ({ by: 'issue' } as const) : deps.interrupted();
  const late = who.late || Date.parse(who.at) > claims.endBy * 1_000;
  const by = commitBy(claims, deps.target.config, Date.parse(who.at));
  if (interruption === null && !late && !('kind' in by)) {
    await openAlone(session.client, claims, []);
    return runAlone(work, session, before, who.pid, by);
  }
  // Nothing tells whether a VACUUM ran.
  if (before.kind === 'vacuum') return partly(`a VACUUM that began at ${utc(startedAt)} may have run`);
  if (judgement.is !== 'untouched') return partly(seen);
  await dropIntent(control, work);
  if (interruption) return interruptedEnd(interruption);
  return !late && 'kind' in by ? by : { kind: 'expired', message: 'past startBy' };
}
