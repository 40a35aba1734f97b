import type { Pool } from 'pg';
import { judgeEvidence, type Match, type Wanted } from '#core/evidence/judge';
import { subjectOf } from '#core/evidence/subject';
import { isSameDatabase, type TargetIdentity } from '#core/protocol/claims';
import type { PublicJwk } from '#core/protocol/jwk';
import { peekHeader, verifyCompact } from '#core/protocol/jws';
import type { OrderClaims } from '#core/protocol/order';
import { ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { refuse, type Result } from '#core/result';
import type { EvidenceConfig, EvidenceSource } from '../evidence-config';
import type { Target } from '../postgres/target';
import { findExecution, findSucceededOf } from '../state/inbox';
import { type Refusal, refusal } from './refusal';

/** What judging evidence needs of the executor. */
export interface EvidenceDeps {
  readonly executorId: string;
  /** Our own key: what we have run ourselves is evidence too. */
  readonly ownKey: PublicJwk;
  readonly targets: ReadonlyMap<string, Target>;
  readonly pool: Pool;
  readonly nowMs: number;
}

/** A source with the keys and the database that its receipts must show. */
interface Source {
  readonly source: EvidenceSource;
  readonly executor: string;
  readonly keys: readonly PublicJwk[];
  readonly target: TargetIdentity | null;
}

/**
 * Why an order may not run for want of evidence, by the connection's own configuration; null when it may. One good receipt
 * is enough. Evidence that is not required is not judged: the order runs with or without it.
 */
export async function refusedEvidence(
  claims: OrderClaims,
  { config }: Pick<Target, 'config'>,
  deps: EvidenceDeps,
): Promise<Refusal | null> {
  const { evidence: rules } = config;
  if (!rules?.required || claims.kind !== 'apply') return null;
  if (claims.evidence.length === 0) {
    const where = rules.environments.join(' or ');
    return refusal(
      'evidence-missing',
      `${config.key} takes only changes that succeeded in ${where} before, and the order shows no receipt of it`,
    );
  }
  const wanted: Wanted = {
    installation: claims.iss,
    environment: config.environment,
    target: claims.content.target,
    sqlSha256: claims.sqlSha256,
    subject: await subjectOf(claims.content),
    environments: rules.environments,
    maxAgeDays: rules.maxAgeDays,
    nowMs: deps.nowMs,
  };
  const sources = await Promise.all(rules.from.map((source) => sourceOf(source, deps)));
  let first: Refusal | null = null;
  for (const token of claims.evidence) {
    const judged = await judgeToken(token, wanted, rules, sources, deps);
    if (judged.ok) return null;
    first ??= judged.error;
  }
  return first;
}

async function sourceOf(source: EvidenceSource, deps: EvidenceDeps): Promise<Source> {
  if ('executor' in source) return { source, ...source };
  // A probe that fails leaves the identity that was seen last, or none: then nothing of it counts.
  const target = deps.targets.get(source.connection);
  await target?.probe().catch(() => undefined);
  return {
    source,
    executor: deps.executorId,
    keys: [deps.ownKey],
    target: target?.knownIdentity() ?? null,
  };
}

async function judgeToken(
  token: string,
  wanted: Wanted,
  rules: EvidenceConfig,
  sources: readonly Source[],
  deps: EvidenceDeps,
): Promise<Result<Match, Refusal>> {
  const header = peekHeader(token, receiptTyp);
  if (!header.ok) return no('evidence-invalid', 'it is not a receipt');
  const signers = sources.filter(({ keys }) => keys.some(({ kid }) => kid === header.value.kid));
  if (signers.length === 0) return no('evidence-not-trusted', 'its key is not on the list');
  const keys = signers.flatMap((signer) => signer.keys);
  const verified = await verifyCompact(token, receiptTyp, keys, ReceiptClaims);
  if (!verified.ok) return no('evidence-invalid', 'its signature or form is wrong');
  const claims = verified.value;
  const { target } = claims;
  const listed = signers.some(
    ({ source, executor, target: expected }) =>
      executor === claims.iss &&
      source.connection === claims.connection &&
      source.environment === claims.environment &&
      expected !== null &&
      target !== null &&
      isSameDatabase(expected, target),
  );
  if (!listed) {
    const where = `${claims.iss}, ${claims.environment ?? 'no environment'}, ${claims.connection}`;
    return no(
      'evidence-not-trusted',
      `its executor, environment and database are not on the list (${where})`,
    );
  }
  const undone = claims.iss === deps.executorId ? await undoneHere(claims, token, deps.pool) : null;
  if (undone !== null) return no('evidence-undone', undone);
  const judged = judgeEvidence(claims, wanted);
  return judged.ok ? judged : no(judged.error.code, judged.error.message);
}

/** What became later of a change that we ran ourselves, in words; null when it still stands. */
async function undoneHere(claims: ReceiptClaims, token: string, pool: Pool): Promise<string | null> {
  const row = await findExecution(pool, claims.aud, claims.jti);
  if (row?.status !== 'succeeded' || row.receipt !== token) return 'its receipt does not stand any more';
  const change = { installation: claims.aud, issueId: claims.issue.id, revision: claims.revision };
  return (await findSucceededOf(pool, change, 'rollback')) === null ? null : 'it was rolled back';
}

function no(code: Refusal['code'], message: string): Result<never, Refusal> {
  return refuse(refusal(code, `the evidence does not count: ${message}`));
}
