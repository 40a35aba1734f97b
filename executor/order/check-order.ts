import { maxStartDelaySeconds } from '#core/limits';
import { canonicalJson } from '#core/hash';
import type { TargetIdentity } from '#core/protocol/claims';
import type { OrderClaims } from '#core/protocol/order';
import type { Config, ConnectionConfig } from '../config';
import { exportRefusal } from '../export/allowed';
import { haltWords } from '../halt/halts';
import { refusedPlace } from '../dry-run/place';
import { irrevocableCall } from '../dry-run/rules';
import type { Target } from '../postgres/target';
import type { Probe } from '../postgres/probe';
import { readScript, type Script } from '../sql/read-script';
import { findSecret } from '../sql/secrets';
import { readVerification, type Verification } from '../sql/verification';
import { refusedApprovals } from './approvals';
import { refusedReview } from './check-review';
import { type Refusal, refusal } from './refusal';
import { contentDigest } from './verify-token';
import { sha256Hex } from '../sha256';

/**
 * The bytes that an order executes, by their text: the SQL, the approved rollback, or the canonical JSON of the rollback
 * plan. Null for a rollback of a change that has none.
 */
export function executedText({ kind, content }: OrderClaims): string | null {
  if (kind !== 'rollback') return content.sql;
  return content.rollbackPlan ? canonicalJson(content.rollbackPlan) : content.rollback;
}

/** What an order executes, cut and checked. A plan holds no SQL: it is carried out by the rows that were kept. */
export async function scriptOf(claims: OrderClaims): Promise<Script> {
  if (claims.kind === 'rollback' && claims.content.rollbackPlan) {
    return { kind: 'statements', statements: [], onlyReads: false, structural: false, alone: null };
  }
  return readScript(executedText(claims) ?? '');
}

/** The assertions that an order must keep. A rollback has none: they describe the state after the change. */
export async function verificationOf(claims: OrderClaims): Promise<Verification> {
  const { verification } = claims.content;
  if (verification === null || claims.kind === 'rollback') return { ok: true, assertions: [] };
  return readVerification(verification);
}

/** An order that may run, with its text already read. */
export interface CheckedOrder {
  readonly script: Exclude<Script, { kind: 'not-allowed' }>;
  readonly target: Target;
}

/** Every text of the order counts, not only the one that would run: all are stored with it. */
async function refusedSecrets({ content }: OrderClaims): Promise<Refusal | null> {
  const texts = { statements: content.sql, rollback: content.rollback, verification: content.verification };
  for (const [where, text] of Object.entries(texts)) {
    const secret = text === null ? null : await findSecret(text);
    if (!secret) continue;
    const place = `${where}, character ${secret.position}: ${secret.what}`;
    return refusal(
      'secret-in-statement',
      `${place}: a secret may not stand in a change; replace this one now`,
    );
  }
  return null;
}

async function refusedContent(claims: OrderClaims): Promise<Refusal | null> {
  const { content, iss, issue } = claims;
  if (content.installation !== iss || content.issueId !== issue.id) {
    return refusal('digest-mismatch', 'the content belongs to another issue');
  }
  if ((await contentDigest(claims)) !== claims.digest) {
    return refusal('digest-mismatch', 'the content is not the one that was approved');
  }
  if (content.rollbackPlan && content.rollback !== null) {
    return refusal('rollback-ambiguous', 'a change has a written rollback or a rollback plan, never both');
  }
  const text = executedText(claims);
  if (text === null) return refusal('rollback-missing', 'this change was approved without a rollback');
  if (sha256Hex(text) !== claims.sqlSha256) {
    return refusal('sql-mismatch', 'the statement bytes are not the ones the order names');
  }
  return null;
}

function refusedTimes(claims: OrderClaims, config: Config): Refusal | null {
  const { iat, startBy, endBy } = claims;
  if (startBy - iat > maxStartDelaySeconds) {
    return refusal('order-too-long', `an order must start within ${maxStartDelaySeconds} seconds`);
  }
  if (endBy < startBy || endBy - startBy > config.limits.maxRunSeconds) {
    return refusal('order-too-long', `a change must end within ${config.limits.maxRunSeconds} seconds`);
  }
  return null;
}

const sameTarget = (left: TargetIdentity, right: TargetIdentity): boolean =>
  left.systemIdentifier === right.systemIdentifier &&
  left.databaseOid === right.databaseOid &&
  left.databaseName === right.databaseName;

function refusedFrame(claims: OrderClaims, connection: ConnectionConfig, probe: Probe): Refusal | null {
  const { content } = claims;
  if (probe.problem !== null || probe.identity === null) {
    return refusal('connection-not-ready', `${connection.key}: ${probe.problem ?? 'it was never reached'}`);
  }
  if (!sameTarget(content.target, probe.identity)) {
    return refusal('target-mismatch', `${connection.key} is not the database that was approved`);
  }
  if (content.role !== connection.role) {
    return refusal(
      'role-mismatch',
      `${connection.key} runs as ${connection.role}, approved was ${content.role}`,
    );
  }
  if (content.searchPath !== connection.searchPath) {
    return refusal('role-mismatch', `${connection.key} has another search_path than the approved one`);
  }
  const limits = Object.entries(content.limits) as [keyof typeof content.limits, number][];
  const over = limits.find(([name, asked]) => asked > connection.limits[name])?.[0];
  if (over) {
    return refusal(
      'limits-exceeded',
      `${over} may be at most ${connection.limits[over]} on ${connection.key}`,
    );
  }
  return null;
}

/** A rollback comes after the change itself, which has changed the structure that was recorded. */
function refusedUnrecorded({ kind, content }: OrderClaims, connection: ConnectionConfig): Refusal | null {
  if (!connection.requireSchemaDigest || kind !== 'apply' || content.schemaDigest !== null) return null;
  return refusal(
    'schema-not-recorded',
    `${connection.key} takes only changes whose structure was recorded when they were submitted`,
  );
}

function refusedExport(
  { kind, content }: OrderClaims,
  connection: ConnectionConfig,
  script: Script,
): Refusal | null {
  if (content.export === undefined || kind !== 'apply' || script.kind !== 'statements') return null;
  const why = exportRefusal(connection, script.statements);
  return why === null ? null : refusal('statement-not-allowed', why);
}

/** What a statement that no transaction takes needs of its connection, and what it cannot have. */
function refusedAlone(
  { kind, content }: OrderClaims,
  script: Script,
  connection: ConnectionConfig,
): string | null {
  if (script.kind !== 'statements' || script.alone === null) return null;
  const what = 'a statement that runs outside a transaction';
  if (connection.identity.mode === 'shared')
    return `${what} needs a login per execution or a pool of them, and ${connection.key} shares one`;
  if (kind === 'rollback') return null;
  if (content.rowBudget !== null) return `${what} cannot have a row budget: its rows are not counted`;
  if (content.rollbackPlan) return `${what} cannot have an automatic rollback: it keeps no rows`;
  return null;
}

/**
 * Everything the executor checks of a verified order before it takes it in, in a fixed order, cheap and certain things
 * first. The configuration has the last word: nothing here can be switched off by an order.
 */
export async function checkOrder(
  claims: OrderClaims,
  config: Config,
  targets: ReadonlyMap<string, Target>,
): Promise<CheckedOrder | Refusal> {
  const content =
    (await refusedSecrets(claims)) ?? (await refusedContent(claims)) ?? refusedTimes(claims, config);
  if (content) return content;
  const target = targets.get(claims.content.connection);
  if (!target)
    return refusal('unknown-connection', `there is no connection ${claims.content.connection} here`);
  const approvals = refusedApprovals(claims, target.config);
  if (approvals) return approvals;
  const unrecorded = refusedUnrecorded(claims, target.config);
  if (unrecorded) return unrecorded;
  const halt = target.halted();
  if (halt) return refusal('halted', `${target.config.key}: ${haltWords(halt)}`);
  const frame = refusedFrame(claims, target.config, await target.probe());
  if (frame) return frame;
  const place = claims.kind === 'dry-run' ? await refusedPlace(target, targets) : null;
  if (place) return place;
  const script = await scriptOf(claims);
  if (script.kind === 'not-allowed') return refusal('statement-not-allowed', script.message);
  if (!target.config.writable && script.kind === 'statements' && !script.onlyReads) {
    return refusal('writes-refused', `${target.config.key} takes no changes, only reads`);
  }
  const exported = refusedExport(claims, target.config, script);
  if (exported) return exported;
  const irrevocable =
    claims.kind === 'dry-run' && script.kind === 'statements' ? irrevocableCall(script.statements) : null;
  if (irrevocable !== null) return refusal('dry-run-not-possible', irrevocable);
  if (claims.kind === 'dry-run' && script.kind === 'statements' && script.alone !== null) {
    const words = 'a statement that runs outside a transaction cannot be rolled back';
    return refusal('dry-run-not-possible', words);
  }
  const alone = refusedAlone(claims, script, target.config);
  if (alone !== null) return refusal('statement-not-allowed', alone);
  const verification = await verificationOf(claims);
  if (!verification.ok) return refusal('statement-not-allowed', verification.message);
  const reviewed = await refusedReview(claims, target.config, script);
  if (reviewed) return reviewed;
  return { script, target };
}
