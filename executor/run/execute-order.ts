import { setTimeout as delay } from 'node:timers/promises';
import type { OrderClaims } from '#core/protocol/order';
import type { Config } from '../config';
import { verificationOf } from '../order/check-order';
import { leavesNothing } from '../sql/leaves-nothing';
import type { Script } from '../sql/read-script';
import type { Assertion } from '../sql/verification';
import type { InboxOrder } from '../state/store';
import { type AttemptDeps, attemptOrder } from './attempt';
import { type AttemptEnd, interruptedEnd } from './attempt-end';
import { fence } from './fence';
import { waitForReplicas } from './lag-guard';
import { createLockPatience, type LockPatience } from './lock-patience';
import { attemptAlone } from './non-transactional/attempt-alone';
import { nothingApplied, type Outcome } from './receipt-claims';
import { verifyAfterCommit } from './verification';
import { sha256Hex } from '../sha256';

/**
 * An outcome with its result body. `stopped`: a drain ended the waiting, and whoever claims the order next goes on.
 * `over`: the order is not ours any more, or may not be, so nothing may be done or said by this claim.
 */
export type Execution = { readonly outcome: Outcome; readonly body: string | null } | 'stopped' | 'over';

/** What an execution needs beside one attempt's needs. */
export interface ExecuteDeps extends Omit<AttemptDeps, 'attempt'> {
  readonly config: Config;
  readonly random: () => number;
  readonly stop: AbortSignal;
  /** Rows of an earlier attempt that committed, if they were kept. */
  readonly keptResult: () => Promise<string | null>;
}

const longestPauseMs = 5_000;

/** Outcome of a text that PostgreSQL's grammar refuses: it fails without being sent. */
export function syntaxFailure(
  script: Extract<Script, { kind: 'syntax-error' }>,
  text: string,
  attempt: number,
): Execution {
  const { message, position } = script.problem;
  const error = { sqlstate: '42601', condition: 'syntax_error', position };
  const statement = {
    index: 0,
    start: 0,
    end: Buffer.byteLength(text),
    command: null,
    rows: null,
    ms: 0,
    error,
  };
  const body = JSON.stringify({
    v: 1,
    statements: [{ index: 0, columns: [], rows: [], truncated: false, message: `ERROR: ${message}` }],
  });
  return {
    outcome: {
      ...nothingApplied('failed', 'syntax-error', 'the text does not parse', attempt),
      reason: null,
      statements: [statement],
    },
    body,
  };
}

function fromEnd(
  end: Exclude<AttemptEnd, { kind: 'lost' | 'conflict' | 'fenced' }>,
  attempt: number,
  kept: string | null,
): Exclude<Execution, string> {
  switch (end.kind) {
    case 'committed': {
      const { row } = end;
      return {
        outcome: {
          ...nothingApplied('failed', '', '', attempt),
          status: 'succeeded',
          reason: null,
          statements: row.result?.statements ?? [],
          startedAt: new Date(row.started_at).toISOString(),
          finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
          // The intent of a statement outside a transaction has one, the statement has none of its own.
          transactionId: row.intent === null ? row.transaction_id : null,
          durability: row.result?.durability ?? null,
          beforeImage: row.result?.beforeImage ?? null,
        },
        body: end.body ?? kept,
      };
    }
    case 'read':
      return {
        outcome: {
          ...nothingApplied('failed', '', '', attempt),
          status: 'succeeded',
          reason: null,
          statements: end.statements,
          startedAt: end.startedAt,
          finishedAt: end.finishedAt,
          ...(end.file ? { export: end.file } : {}),
        },
        body: end.body,
      };
    case 'failed': {
      const base = nothingApplied('failed', '', '', attempt);
      return {
        outcome: {
          ...base,
          reason: end.reason,
          statements: end.statements,
          startedAt: end.startedAt,
          verification: end.checked === undefined ? null : { checked: end.checked, afterCommit: null },
        },
        body: end.body,
      };
    }
    case 'expired':
      return { outcome: nothingApplied('expired', 'expired', end.message, attempt), body: null };
    case 'unknown':
      return { outcome: nothingApplied('unknown', end.code, end.message, attempt), body: null };
    case 'revoked':
      return { outcome: nothingApplied('revoked', 'cancelled', end.message, attempt), body: null };
    default:
      return { outcome: nothingApplied('refused', end.code, end.message, attempt), body: null };
  }
}

/**
 * Runs an order until its outcome is known: tries again after conflicts (bounded), waits out locks that a structural
 * change does not get, and after a lost connection asks the ledger by trying again, because the ledger's unique key waits
 * for, and then shows, whatever became of the earlier transaction. `recovered`: an earlier process may have sent a COMMIT
 * already.
 */
export async function executeOrder(
  order: InboxOrder,
  script: Exclude<Script, { kind: 'not-allowed' }>,
  text: string,
  attempt: number,
  recovered: boolean,
  deps: ExecuteDeps,
): Promise<Execution> {
  if (script.kind === 'syntax-error') return syntaxFailure(script, text, attempt);
  const patience = createLockPatience(order.claims, deps.target.config, deps);
  const execution = await untilKnown(order, script, attempt, recovered, deps, patience).finally(() =>
    deps.progress.ended(),
  );
  const lockTries = patience.tries();
  if (typeof execution === 'string' || lockTries === undefined) return execution;
  return { ...execution, outcome: { ...execution.outcome, lockTries } };
}

async function untilKnown(
  order: InboxOrder,
  script: Extract<Script, { kind: 'statements' }>,
  attempt: number,
  recovered: boolean,
  deps: ExecuteDeps,
  patience: LockPatience,
): Promise<Execution> {
  const { claims } = order;
  const { limits } = deps.config;
  const verification = await verificationOf(claims);
  // It was allowed when it was accepted, so this only happens after an update.
  if (!verification.ok) {
    const status = recovered ? 'unknown' : 'refused';
    const outcome = nothingApplied(status, 'statement-not-allowed', verification.message, attempt);
    return { outcome, body: null };
  }
  const { assertions } = verification;
  let mayHaveCommitted = recovered && deps.target.config.writable && deps.exporter === null;
  let fenced = !mayHaveCommitted;
  let conflicts = 0;
  for (let failures = 0; ;) {
    if (!(await deps.stillOurs())) return 'over';
    // An earlier COMMIT may be on its way: then the ledger is asked first, also under a halt or a wish to stop.
    const interruption = mayHaveCommitted ? null : deps.interrupted();
    if (interruption) return fromEnd(interruptedEnd(interruption), attempt, null);
    fenced ||= await fence(deps.target, claims.jti, attempt, deps.log);
    const ended: AttemptEnd = fenced
      ? ((await waitForReplicas(claims, mayHaveCommitted, { ...deps, attempt })) ??
        (await attempted(order, script, assertions, { ...deps, attempt })))
      : { kind: 'lost', mayHaveCommitted: false };
    const end = (await deps.exporter?.settle(ended)) ?? ended;
    if (end.kind === 'fenced') return 'over';
    if (end.kind === 'conflict' && end.cause === 'lock') {
      // It had its place in the ledger, so whatever an earlier attempt sent is undone.
      mayHaveCommitted = false;
      if (!script.structural) return fromEndOf(end.end, attempt);
      patience.gaveWay(end.end);
      const next = await patience.wait();
      if (next === 'stopped') return next;
      if (next === 'given-up') return fromEndOf(end.end, attempt);
      continue;
    }
    if (end.kind === 'conflict') {
      conflicts += 1;
      if (conflicts < limits.maxTransactionTries) {
        await delay(20 * 2 ** conflicts * (0.5 + deps.random()));
        continue;
      }
      // In the opening trip a conflict means that an earlier attempt is still running: its outcome is still open.
      if (!mayHaveCommitted || end.end.kind !== 'refused') return fromEndOf(end.end, attempt);
      conflicts = 0;
    } else if (end.kind !== 'lost') {
      const kept = end.kind === 'committed' && end.earlier ? await keptFor(end, deps) : null;
      return verified(fromEnd(end, attempt, kept), end.kind, claims, assertions, { ...deps, attempt });
    } else if (end.mayHaveCommitted) mayHaveCommitted = true;
    failures += 1;
    const now = deps.now() / 1_000;
    if (!mayHaveCommitted && now > claims.startBy) {
      return {
        outcome: nothingApplied(
          'expired',
          'expired',
          'the database was not reachable before startBy',
          attempt,
        ),
        body: null,
      };
    }
    if (mayHaveCommitted && now > claims.endBy + limits.unknownAfterSeconds) {
      const message = 'the connection was lost at COMMIT and the database has not answered since';
      return { outcome: nothingApplied('unknown', 'outcome-unknown', message, attempt), body: null };
    }
    const pause = Math.min(longestPauseMs, 25 * 2 ** Math.min(failures, 10)) * (0.5 + deps.random() / 2);
    await delay(pause, undefined, { signal: deps.stop }).catch(() => undefined);
    if (deps.stop.aborted) return 'stopped';
  }
}

/** One attempt, in a transaction where the statements allow it. */
function attempted(
  { claims, orderDigest }: InboxOrder,
  { statements, alone }: Extract<Script, { kind: 'statements' }>,
  assertions: readonly Assertion[],
  deps: AttemptDeps,
): Promise<AttemptEnd> {
  const [only] = statements;
  return alone && only
    ? attemptAlone(claims, orderDigest, alone, only, deps)
    : attemptOrder(claims, orderDigest, statements, assertions, deps);
}

/** Says what the verification came to, and repeats it after COMMIT, also when the COMMIT was an earlier process's. */
async function verified(
  execution: Exclude<Execution, string>,
  end: AttemptEnd['kind'],
  claims: OrderClaims,
  assertions: readonly Assertion[],
  deps: ExecuteDeps & { readonly attempt: number },
): Promise<Execution> {
  const { outcome, body } = execution;
  const checked = assertions.length;
  if (checked === 0 || outcome.status !== 'succeeded') return execution;
  if (end !== 'committed')
    return { outcome: { ...outcome, verification: { checked, afterCommit: null } }, body };
  const { problem } = await verifyAfterCommit(claims, assertions, {
    ...deps,
    execution: {
      jti: claims.jti,
      attempt: deps.attempt,
      endBy: claims.endBy,
      leavesNothing: leavesNothing(assertions.map(({ statement }) => statement.node)),
    },
  });
  const afterCommit = problem === null ? ('held' as const) : ('failed' as const);
  const reason =
    problem === null
      ? null
      : { code: 'verification-failed', message: `Applied, but after COMMIT ${problem}.` };
  return { outcome: { ...outcome, reason, verification: { checked, afterCommit } }, body };
}

function fromEndOf(end: AttemptEnd, attempt: number): Execution {
  if (end.kind === 'lost' || end.kind === 'conflict' || end.kind === 'fenced')
    throw new Error('a conflict always carries a final end');
  return fromEnd(end, attempt, null);
}

/** The kept rows, if they are the ones that the ledger vouches for. */
async function keptFor(
  end: Extract<AttemptEnd, { kind: 'committed' }>,
  deps: ExecuteDeps,
): Promise<string | null> {
  const kept = await deps.keptResult();
  const wanted = end.row.result?.resultSha256 ?? null;
  if (kept === null || wanted === null) return null;
  return sha256Hex(kept) === wanted ? kept : null;
}
