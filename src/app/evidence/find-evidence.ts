import { judgeEvidence, type Match, type Wanted } from '#core/evidence/judge';
import type { EvidenceEntry } from '#core/evidence/entry';
import { evidenceRules, type EvidenceRules } from '#core/evidence/rules';
import { subjectOf } from '#core/evidence/subject';
import type { DigestInput } from '#core/change/digest';
import type { ChangeState } from '#core/change/state';
import { sha256Hex } from '#core/hash';
import { maxEvidenceChars, maxEvidenceReceipts } from '#core/limits';
import type { Environment } from '#core/protocol/claims';
import { verifyCompact } from '#core/protocol/jws';
import { affectedRows, ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { findConnection, type Settings } from '#core/settings/settings';
import type { Ports } from '../ports';

type Reads = Pick<Ports, 'settings' | 'ledger' | 'archive' | 'evidence' | 'clock'>;

/** A run of the same SQL in a lower environment, judged just now. */
interface FoundEvidence {
  readonly issueId: string;
  readonly issueKey: string;
  readonly environment: Environment;
  readonly connection: string;
  /** When it ended, by its receipt. */
  readonly at: string;
  /** Rows that it changed; null when its receipt is no good. */
  readonly rows: number | null;
  /** Compact receipt, if there is one. */
  readonly receipt: string | null;
  /** Null: it does not count. */
  readonly match: Match | null;
  /** Why it does not count, in words with a small first letter; null when it does. */
  readonly problem: string | null;
}

/** Everything that is known of runs below, and whether it is enough. */
export interface Evidence {
  readonly rules: EvidenceRules;
  /** Nearest environment first, in it the latest first. */
  readonly found: readonly FoundEvidence[];
  /** Why the change may not run for want of evidence, in words; null when it may. */
  readonly missing: string | null;
}

/** Finds what is evidence for a change, and what only looks like it. Reads by key alone. */
export async function findEvidence(
  ports: Reads,
  content: DigestInput,
  environment: Environment,
): Promise<Evidence> {
  const settings = await ports.settings.read();
  const connection = findConnection(settings, content.connection);
  const rules = evidenceRules(connection?.info ?? { environment }, connection?.policy);
  const subject = await subjectOf(content);
  const wanted: Wanted = {
    installation: settings.installation,
    environment,
    target: content.target,
    sqlSha256: await sha256Hex(content.sql),
    subject,
    environments: rules.environments,
    maxAgeDays: rules.maxAgeDays,
    nowMs: ports.clock(),
  };
  // An environment that does not count is looked at all the same, so that people see why it does not.
  const places = (['staging', 'qa', 'dev'] as const).filter((below) => below !== environment);
  const lists = await Promise.all(
    places.map(async (below) => {
      const entries = await ports.evidence.find({ layoutSha256: subject.layoutSha256, environment: below });
      const others = entries.filter(({ issueId }) => issueId !== content.issueId);
      return Promise.all(others.map((entry) => judgeEntry(ports, settings, entry, below, wanted)));
    }),
  );
  const found = lists.flat();
  return { rules, found, missing: missingWords(rules, found) };
}

/** The best receipt of each environment, for an order. */
export function receiptsFor({ found }: Evidence): { receipts: string[]; match: Match | null } {
  const good = found.filter(
    (one): one is FoundEvidence & { receipt: string; match: Match } =>
      one.match !== null && one.receipt !== null && one.receipt.length <= maxEvidenceChars,
  );
  const best = new Map<Environment, (typeof good)[number]>();
  for (const one of good) {
    const before = best.get(one.environment);
    if (!before || (before.match === 'layout' && one.match === 'exact')) best.set(one.environment, one);
  }
  const sent = [...best.values()].slice(0, maxEvidenceReceipts);
  const exact = sent.some(({ match }) => match === 'exact');
  return {
    receipts: sent.map(({ receipt }) => receipt),
    match: sent.length === 0 ? null : exact ? 'exact' : 'layout',
  };
}

async function judgeEntry(
  ports: Reads,
  settings: Settings,
  entry: EvidenceEntry,
  environment: Environment,
  wanted: Wanted,
): Promise<FoundEvidence> {
  const { issueId, issueKey, connection, at, jti } = entry;
  const [stored, { state }] = await Promise.all([ports.archive.receipt(jti), ports.ledger.read(issueId)]);
  const receipt = stored?.receipt ?? null;
  const shown = { issueId, issueKey, environment, connection, at, receipt };
  const no = (problem: string, rows: number | null = null): FoundEvidence => ({
    ...shown,
    rows,
    match: null,
    problem,
  });
  if (receipt === null) return no('its receipt is gone');
  const keys = settings.executor?.keys ?? [];
  const verified = await verifyCompact(receipt, receiptTyp, keys, ReceiptClaims);
  if (!verified.ok) {
    return no(
      verified.error === 'unknown-key'
        ? 'its receipt was signed with a key that is not trusted any more'
        : 'its receipt does not verify',
    );
  }
  const claims = verified.value;
  const rows = affectedRows(claims.statements);
  const facts = { ...shown, at: claims.finishedAt ?? at, connection: claims.connection, rows };
  const listed = claims.iss === settings.executor?.id && claims.jti === jti && claims.issue.id === issueId;
  if (!listed) return no('its receipt is of another run');
  const undone = undoneWords(state, jti, await sha256Hex(receipt));
  if (undone !== null) return { ...facts, match: null, problem: undone };
  const judged = judgeEvidence(claims, wanted);
  if (!judged.ok) return { ...facts, match: null, problem: judged.error.message };
  if (receipt.length > maxEvidenceChars)
    return { ...facts, match: null, problem: 'its receipt is too large to be shown to the executor' };
  // The index says where to look; where it was, the receipt says.
  return { ...facts, environment: claims.environment ?? environment, match: judged.value, problem: null };
}

/** What its own ledger says against a run; null when it stands there as succeeded. */
function undoneWords({ status, apply, rollback }: ChangeState, jti: string, sha256: string): string | null {
  if (status === 'rolled-back' || rollback?.outcome?.status === 'succeeded') return 'it was rolled back';
  if (status === 'running' && rollback !== null) return 'it is being rolled back';
  const outcome = apply?.jti === jti ? apply.outcome : null;
  if (outcome?.status === 'outcome-lost') return 'its outcome was lost';
  if (status === 'needs-attention') return 'it needs attention';
  const stands =
    status === 'succeeded' && outcome?.status === 'succeeded' && outcome.receiptSha256 === sha256;
  return stands ? null : 'its ledger does not show it';
}

function missingWords(rules: EvidenceRules, found: readonly FoundEvidence[]): string | null {
  if (!rules.required || found.some(({ match }) => match !== null)) return null;
  const where = rules.environments.join(' or ');
  if (where === '')
    return 'This connection asks for a run in a lower environment, and none counts: ask an admin.';
  const near = found[0];
  const why = near
    ? ` The run of ${near.issueKey} in ${near.environment} does not count: ${near.problem}.`
    : '';
  return `This change must have succeeded in ${where} first, within ${rules.maxAgeDays} days.${why}`;
}
