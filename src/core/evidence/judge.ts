import { environments, type Environment, isSameDatabase, type TargetIdentity } from '../protocol/claims';
import type { ReceiptClaims, StatementOutcome } from '../protocol/receipt';
import { ok, refuse, type Result } from '../result';
import type { Subject } from './subject';

/** How the SQL of evidence compares: the same bytes, or the same up to layout. */
export type Match = 'exact' | 'layout';

/** Why a receipt is no evidence for a change: the codes that an executor refuses an order with. */
export interface EvidenceProblem {
  readonly code:
    | 'evidence-invalid'
    | 'evidence-not-trusted'
    | 'evidence-undone'
    | 'evidence-differs'
    | 'evidence-without-effect'
    | 'evidence-too-old';
  /** In words that go on from "does not count:", with a small first letter. */
  readonly message: string;
}

/** The change that evidence is wanted for. */
export interface Wanted {
  readonly installation: string;
  readonly environment: Environment;
  readonly target: TargetIdentity;
  /** SHA-256 of the SQL's bytes. */
  readonly sqlSha256: string;
  readonly subject: Subject;
  /** Environments whose evidence counts; of those only the lower ones do. Null: all lower ones. */
  readonly environments: readonly Environment[] | null;
  readonly maxAgeDays: number;
  readonly nowMs: number;
}

/** Clocks of two databases may differ by this much, milliseconds. */
const clockDifferenceMs = 5 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** Environments below `environment`, nearest last. */
export function lowerEnvironments(environment: Environment): readonly Environment[] {
  return environments.slice(0, environments.indexOf(environment));
}

/**
 * Judges a receipt whose signature was verified just now: whether it shows that the change that is `wanted` succeeded
 * before in a lower environment. What came of it later (a rollback, a lost outcome) is the caller's to ask.
 */
export function judgeEvidence(claims: ReceiptClaims, wanted: Wanted): Result<Match, EvidenceProblem> {
  const unfit = kindProblem(claims, wanted);
  if (unfit) return refuse(unfit);
  const match = matchOf(claims, wanted);
  if (match === null) return refuse(invalid('it ran other SQL'));
  const problem =
    placeProblem(claims, wanted) ??
    differenceProblem(claims, wanted.subject) ??
    effectProblem(claims.statements) ??
    ageProblem(claims, wanted);
  return problem === null ? ok(match) : refuse(problem);
}

/** How the SQL of a receipt compares; null: it is other SQL. Constants count. */
function matchOf(claims: ReceiptClaims, { sqlSha256, subject }: Wanted): Match | null {
  if (claims.sqlSha256 === sqlSha256) return 'exact';
  return claims.subject?.layoutSha256 === subject.layoutSha256 ? 'layout' : null;
}

function kindProblem(claims: ReceiptClaims, { installation }: Wanted): EvidenceProblem | null {
  if (claims.aud !== installation) return invalid('it is of another installation');
  if (claims.kind === 'dry-run') return invalid('it was a dry run, which keeps nothing');
  if (claims.kind === 'rollback') return invalid('it was a rollback');
  if (claims.status !== 'succeeded') return invalid(`it did not succeed (${claims.status})`);
  if (claims.reason !== null || claims.verification?.afterCommit === 'failed')
    return invalid('its verification did not hold');
  return null;
}

function placeProblem(claims: ReceiptClaims, wanted: Wanted): EvidenceProblem | null {
  const { environment, target } = claims;
  if (environment === null || target === null) return untrusted('it does not say where it ran');
  if (!lowerEnvironments(wanted.environment).includes(environment))
    return untrusted(`it ran in ${environment}, which is not lower than ${wanted.environment}`);
  if (wanted.environments !== null && !wanted.environments.includes(environment))
    return untrusted(`it ran in ${environment}, which does not count here`);
  return isSameDatabase(target, wanted.target) ? untrusted('it ran on this very database') : null;
}

function differenceProblem({ subject }: ReceiptClaims, wanted: Subject): EvidenceProblem | null {
  if (!subject) return differs('its receipt does not say what it ran with: the executor was an older one');
  if (subject.undoSha256 !== wanted.undoSha256) return differs('it had another rollback');
  if (subject.verificationSha256 !== wanted.verificationSha256) return differs('it had another verification');
  if (subject.shape === null) return differs('the structure that it ran on was not recorded');
  if (wanted.shape === null) return differs('the structure here was not recorded');
  return subject.shape === wanted.shape ? null : differs('the structure differs');
}

/** Command tags of statements that change rows. */
const changesRows = /^(INSERT|UPDATE|DELETE|MERGE)/;

/** A change of rows that met none has shown nothing of what it does to rows. */
function effectProblem(statements: readonly StatementOutcome[]): EvidenceProblem | null {
  const changing = statements.filter(({ command }) => command !== null && changesRows.test(command));
  if (changing.length === 0 || changing.some(({ rows }) => (rows ?? 0) > 0)) return null;
  return { code: 'evidence-without-effect', message: 'no row was touched' };
}

function ageProblem({ finishedAt }: ReceiptClaims, wanted: Wanted): EvidenceProblem | null {
  const age = finishedAt === null ? Number.NaN : wanted.nowMs - Date.parse(finishedAt);
  if (Number.isNaN(age)) return invalid('it does not say when it ran');
  if (age < -clockDifferenceMs) return invalid('it says that it ran in the future: compare the clocks');
  if (age <= wanted.maxAgeDays * dayMs) return null;
  const days = Math.floor(age / dayMs);
  const old = days === 1 ? '1 day' : `${days} days`;
  return { code: 'evidence-too-old', message: `it is ${old} old; the limit is ${wanted.maxAgeDays}` };
}

const invalid = (message: string): EvidenceProblem => ({ code: 'evidence-invalid', message });
const untrusted = (message: string): EvidenceProblem => ({ code: 'evidence-not-trusted', message });
const differs = (message: string): EvidenceProblem => ({ code: 'evidence-differs', message });
