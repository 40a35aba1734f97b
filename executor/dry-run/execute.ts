import { setTimeout as delay } from 'node:timers/promises';
import type { DryRunReport } from '#core/protocol/dry-run';
import type { OrderClaims } from '#core/protocol/order';
import type { ResultBody } from '#core/protocol/receipt';
import { missingApprovals } from '../order/approvals';
import { verificationOf } from '../order/check-order';
import type { Target } from '../postgres/target';
import { interruptedEnd } from '../run/attempt-end';
import { type ExecuteDeps, type Execution, syntaxFailure } from '../run/execute-order';
import type { Interruption } from '../run/interruption';
import { nothingApplied, type Outcome } from '../run/receipt-claims';
import type { Script } from '../sql/read-script';
import type { InboxOrder } from '../state/store';
import { attemptDryRun, type DryRunEnd, type Seen } from './attempt';
import { coarsened } from './coarse';
import { hiddenCode } from './rules';
import { isGuarded, placeOf } from './place';

/** Names of relations in one report at most: a receipt is a token of limited size. */
const maxNames = 2_000;
const longestPauseMs = 2_000;

/** Keeps a report within its size, and says so when it had to leave something out. */
function shortened(statements: DryRunReport['statements']): Pick<DryRunReport, 'statements' | 'shortened'> {
  let left = maxNames;
  let cut = false;
  const take = <T>(names: readonly T[]): T[] => {
    const kept = names.slice(0, left);
    left -= kept.length;
    cut ||= kept.length < names.length;
    return kept;
  };
  const kept = statements.map((one) => ({
    ...one,
    locks: take(one.locks),
    triggers: take(one.triggers),
    rewritten: take(one.rewritten),
  }));
  return { statements: kept, shortened: cut };
}

function bodyOf(run: Seen['run']): string | null {
  if (run.body.length === 0 && run.plans.length === 0) return null;
  const body: ResultBody = { v: 1, statements: [...run.body], plans: run.plans };
  return JSON.stringify(body);
}

function seenOutcome(
  claims: OrderClaims,
  seen: Seen,
  checkable: number,
  attempt: number,
  target: Target,
  place: Target,
): Execution {
  const { failure, run } = seen;
  const report: DryRunReport = {
    ...seen.report,
    ...shortened(seen.report.statements),
    ranOn: place === target ? null : { connection: place.config.key, target: seen.ranOn },
    coarse: false,
  };
  const checked = failure ? failure.checked : checkable;
  const outcome: Outcome = {
    ...nothingApplied('failed', '', '', attempt),
    status: failure ? 'failed' : 'succeeded',
    reason: failure?.reason ?? null,
    statements: run.outcomes,
    startedAt: seen.startedAt,
    finishedAt: seen.finishedAt,
    verification: checkable > 0 && checked !== undefined ? { checked, afterCommit: null } : null,
    dryRun: report,
  };
  const coarse = target.config.protected && missingApprovals(claims, target.config) !== null;
  return coarse ? { outcome: coarsened(outcome, report), body: null } : { outcome, body: bodyOf(run) };
}

function fromEnd(end: Exclude<DryRunEnd, Seen | { kind: 'lost' | 'conflict' }>, attempt: number): Execution {
  if (end.kind === 'fenced') return 'over';
  if (end.kind === 'refused') {
    return { outcome: nothingApplied('refused', end.code, end.message, attempt), body: null };
  }
  const code = end.kind === 'expired' ? 'expired' : 'cancelled';
  return { outcome: nothingApplied(end.kind, code, end.message, attempt), body: null };
}

/**
 * Carries out a dry run and says what was seen. A lost connection, and a crash of this process, undo it all, so it is
 * simply taken again until `startBy`.
 */
export async function executeDryRun(
  order: InboxOrder,
  script: Exclude<Script, { kind: 'not-allowed' }>,
  text: string,
  attempt: number,
  deps: ExecuteDeps & { readonly targets: ReadonlyMap<string, Target> },
): Promise<Execution> {
  if (script.kind === 'syntax-error') return syntaxFailure(script, text, attempt);
  const { claims } = order;
  const { target } = deps;
  const refused = (code: string, message: string): Execution => ({
    outcome: nothingApplied('refused', code, message, attempt),
    body: null,
  });
  const verification = await verificationOf(claims);
  if (!verification.ok) return refused('statement-not-allowed', verification.message);
  const place = placeOf(target, deps.targets);
  const hidden = isGuarded(place) ? hiddenCode(script.statements) : null;
  if (hidden !== null) return refused('dry-run-not-possible', hidden);
  const interrupted = (): Interruption | null => {
    const halt = place.halted();
    return deps.interrupted() ?? (halt && { by: 'halt', halt });
  };
  for (let failures = 0; ; failures += 1) {
    const interruption = interrupted();
    if (interruption) return fromEnd(interruptedEnd(interruption), attempt);
    const end = await attemptDryRun(claims, script.statements, verification.assertions, {
      ...deps,
      interrupted,
      attempt,
      place,
    });
    if (end.kind === 'seen')
      return seenOutcome(claims, end, verification.assertions.length, attempt, target, place);
    if (end.kind !== 'lost' && end.kind !== 'conflict') return fromEnd(end, attempt);
    if (deps.now() / 1_000 > claims.startBy) {
      const message = 'the database was not reachable before startBy';
      return { outcome: nothingApplied('expired', 'expired', message, attempt), body: null };
    }
    const pause = Math.min(longestPauseMs, 50 * 2 ** failures) * (0.5 + deps.random() / 2);
    await delay(pause, undefined, { signal: deps.stop }).catch(() => undefined);
    if (deps.stop.aborted) return 'stopped';
  }
}
