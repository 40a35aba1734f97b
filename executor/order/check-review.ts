import type { OrderClaims } from '#core/protocol/order';
import { countingErrors } from '#core/change/refuse-findings';
import { lineOfByte } from '#core/results/statement-text';
import { type EffectiveConfig, effectiveConfig } from '#core/sql/review/config';
import { type Finding, reviewScript } from '#core/sql/review/review';
import { reviewText } from '#core/sql/review/review-text';
import { allRules } from '#core/sql/rules/all';
import { cutScript } from '#core/sql/tree/script';
import type { ConnectionConfig } from '../config';
import { sha256Hex } from '../sha256';
import { sqlParser } from '../sql/parser';
import type { Script } from '../sql/read-script';
import { type Refusal, refusal } from './refusal';

/** Texts whose findings are remembered for a connection: a change comes as dry run, apply and next try. */
const maxRemembered = 256;

/** What stays the same for a connection while its configuration does. */
interface Reviewer {
  readonly config: EffectiveConfig;
  readonly found: Map<string, Promise<readonly Finding[]>>;
}
const reviewers = new WeakMap<ConnectionConfig, Reviewer>();

function reviewerOf(connection: ConnectionConfig): Reviewer {
  const before = reviewers.get(connection);
  if (before) return before;
  const { key, environment, review } = connection;
  const layers = { rules: review.rules, custom: review.custom, environments: {}, connections: {} };
  const reviewer = { config: effectiveConfig(layers, { environment, connection: key }), found: new Map() };
  reviewers.set(connection, reviewer);
  return reviewer;
}

/**
 * Whether the executor's own review lets an order be applied: both of its texts, by this connection's configuration and
 * nobody else's. A dry run applies nothing; a rollback was judged together with the change that it undoes, and a rule that
 * is stricter since then keeps nobody from undoing it.
 */
export async function refusedReview(
  { kind, content }: OrderClaims,
  connection: ConnectionConfig,
  script: Script,
): Promise<Refusal | null> {
  const { refuse, neverWaive } = connection.review;
  if (kind !== 'apply' || (refuse === 'none' && neverWaive.length === 0)) return null;
  // A text that does not parse is taken in and fails with 42601, which is the better answer.
  const inSql = script.kind === 'statements' ? await findingsOf(content.sql, connection, script) : [];
  const inRollback = content.rollback === null ? [] : await findingsOf(content.rollback, connection, null);
  return (
    refusedFindings(inSql, connection, (at) => `line ${lineOfByte(content.sql, at)}`) ??
    refusedFindings(
      inRollback,
      connection,
      (at) => `line ${lineOfByte(content.rollback ?? '', at)} of the rollback`,
    )
  );
}

function refusedFindings(
  findings: readonly Finding[],
  { key, review }: ConnectionConfig,
  place: (at: number) => string,
): Refusal | null {
  const never = findings.find(({ rule }) => review.neverWaive.includes(rule));
  if (never?.waived != null) {
    return refusal('waiver-not-allowed', `${place(never.start)}: ${never.rule} is never set aside on ${key}`);
  }
  const first = never ?? (review.refuse === 'error' ? countingErrors(findings)[0] : undefined);
  return first
    ? refusal('review-failed', `${place(first.start)}, ${first.rule}: ${withoutStop(first.message)}`)
    : null;
}

const withoutStop = (message: string): string => message.replace(/\.$/, '');

/** The findings of a text; `script` is what was read of it already, so that it is not parsed again. */
async function findingsOf(
  text: string,
  connection: ConnectionConfig,
  script: Extract<Script, { kind: 'statements' }> | null,
): Promise<readonly Finding[]> {
  const { config, found } = reviewerOf(connection);
  const id = sha256Hex(text);
  const before = found.get(id);
  if (before) return before;
  const findings = readFindings(text, connection, config, script);
  found.set(id, findings);
  const oldest = found.keys().next().value;
  if (found.size > maxRemembered && oldest !== undefined) found.delete(oldest);
  return findings;
}

async function readFindings(
  text: string,
  { environment }: ConnectionConfig,
  config: EffectiveConfig,
  script: Extract<Script, { kind: 'statements' }> | null,
): Promise<readonly Finding[]> {
  const context = { schema: null, environment, rowBudget: null };
  if (!script) return (await reviewText(sqlParser, text, config, context)).findings;
  const raw = script.statements.map(({ node, start, end }) => ({ stmt: node, start, length: end - start }));
  return reviewScript(cutScript(text, raw), allRules, config, context).findings;
}
