import type { Session } from '../../identity/session';
import { maskerOf } from '../../masking/masker';
import { serverError } from '../../postgres/errors';
import { dropIntent, endIntent } from '../../postgres/intents';
import { type AttemptEnd, interruptedEnd, orTryAgain } from '../attempt-end';
import { bodyText, runStatements, type StatementsRun } from '../statements';
import { startWatchdog, type Watchdog } from '../watchdog';
import { startWalBudget, type WalBudget } from '../wal-budget';
import type { CommitBy } from '../window-guard';
import { cleanUp } from './clean-up';
import { type Before, type Found, look } from './found';
import { partly, type Work } from './work';

/** Tags of a statement that was found done: whoever ran it is gone. */
const commands = {
  'create-index': 'CREATE INDEX',
  'drop-index': 'DROP INDEX',
  'reindex-index': 'REINDEX',
  'detach-partition': 'ALTER TABLE',
  vacuum: 'VACUUM',
} as const;

/** Runs the approved bytes, and nothing else, outside a transaction. */
export async function runAlone(
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
  const found = await look(target.control, before);
  return found.holds ? succeeded(work, ran.outcomes, bodyText(ran.body)) : contradicted(work, before, found);
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

/** The database shows that it is done, whoever ended it. */
export function foundDone(work: Work, before: Before): Promise<AttemptEnd> {
  const { index, start, end } = work.statement;
  const command = commands[before.kind];
  return succeeded(work, [{ index, start, end, command, rows: null, ms: 0, error: null }], null);
}

/** The server called it successful, but what it says is not there. */
async function contradicted(work: Work, before: Before, { judgement, seen }: Found): Promise<AttemptEnd> {
  if (judgement.is !== 'untouched' || before.kind === 'detach-partition') return partly(seen);
  await dropIntent(work.deps.target.control, work);
  const message = `The server did nothing, because the name is taken: ${seen}, with another definition or not usable.`;
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

/** The statement failed or was ended: what it left is taken away, or a person is told what is there. */
async function failed(
  work: Work,
  session: Session,
  before: Before,
  { ran, startedAt, watchdog, wal, late }: Failure,
): Promise<AttemptEnd> {
  const { claims, deps } = work;
  const { control } = deps.target;
  const sqlstate = serverError(ran.error)?.code;
  const sent = ran.outcomes.length > 0;
  const found = halfIsAnothers(before, sent, sqlstate)
    ? await look(control, before)
    : await cleanUp(session.client, control, claims, before);
  if (sent && before.kind === 'detach-partition' && found.judgement.is === 'done')
    return foundDone(work, before);
  if (!nothingOfOurs(before, found, sent, sqlstate))
    return partly(`${sqlstate ?? 'it was ended'}; ${found.seen}`);
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

const duplicateName = '42P07';
const notInPrerequisiteState = '55000';

/**
 * Whether a partition that is half detached was left so by somebody else: ours was never sent, or PostgreSQL refused it
 * because a detachment had been begun.
 */
function halfIsAnothers({ kind }: Before, sent: boolean, sqlstate: string | undefined): boolean {
  return kind === 'detach-partition' && (!sent || sqlstate === notInPrerequisiteState);
}

/** Whether a failed statement certainly changed nothing. A name that is taken was taken by somebody else. */
function nothingOfOurs(
  before: Before,
  { judgement: { is } }: Found,
  sent: boolean,
  sqlstate: string | undefined,
): boolean {
  if (is === 'untouched' || is === 'pending-before') return true;
  if (before.kind === 'detach-partition')
    return !sent || (is === 'half-detached' && halfIsAnothers(before, sent, sqlstate));
  return sqlstate === duplicateName && (is === 'done' || is === 'other');
}
