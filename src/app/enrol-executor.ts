import { sha256Hex } from '#core/hash';
import { EnrolmentClaims, enrolmentTyp } from '#core/protocol/enrolment';
import type { PublicJwk } from '#core/protocol/jwk';
import { publicHalf, thumbprintMatches, verifyCompact } from '#core/protocol/jws';
import { ok } from '#core/result';
import type { EnrolledExecutor } from '#core/settings/settings';
import type { Ports } from './ports';
import { no, type Outcome } from './refusal';

/** What an admin knows when enrolling: the executor's id and public key, read off its own console. */
export interface EnrolmentInput {
  readonly executorId: string;
  readonly executorKey: PublicJwk;
  /** One-time token; the executor's configuration holds its hash. */
  readonly token: string;
  readonly receiptUrl: string;
}

/**
 * Pins the executor's key and proves that both sides hold the same token, keys and receipt URL. No trust on first use:
 * the key comes from the admin, never from the answer.
 */
export async function enrolExecutor(ports: Ports, input: EnrolmentInput): Promise<Outcome<EnrolledExecutor>> {
  if (!(await thumbprintMatches(input.executorKey)))
    return no('bad-request', 'The key does not match its thumbprint.');
  const answer = await ports.executor.enrol(input.executorId, input.token, input.receiptUrl);
  if (answer.kind === 'silence') return no('bad-request', `The executor does not answer: ${answer.message}`);
  if (answer.kind === 'refusal') return no('bad-request', `The executor refused: ${answer.error.message}`);
  const verified = await verifyCompact(
    answer.value.enrolment,
    enrolmentTyp,
    [input.executorKey],
    EnrolmentClaims,
  );
  if (!verified.ok) return no('bad-request', `The executor's answer cannot be verified: ${verified.error}.`);
  const settings = await ports.settings.read();
  const claims = verified.value;
  const appKey = publicHalf(await ports.keys.signingKey());
  const expected =
    claims.iss === input.executorId &&
    claims.aud === settings.installation &&
    claims.appKid === appKey.kid &&
    claims.receiptUrl === input.receiptUrl &&
    claims.executorKey.kid === input.executorKey.kid &&
    claims.tokenSha256 === (await sha256Hex(input.token));
  if (!expected)
    return no('bad-request', 'The executor confirmed something else than what was entered here.');
  return refreshConnections(ports, input.executorId, [input.executorKey]);
}

/** Asks the executor for its connections and stores them. */
export async function refreshConnections(
  ports: Ports,
  executorId: string,
  keys: readonly PublicJwk[],
): Promise<Outcome<EnrolledExecutor>> {
  const answer = await ports.executor.connections(executorId);
  if (answer.kind !== 'reply') {
    return no('bad-request', answer.kind === 'silence' ? answer.message : answer.error.message);
  }
  if (answer.value.executorId !== executorId) return no('bad-request', 'Another executor answered.');
  const executor: EnrolledExecutor = {
    id: executorId,
    keys: [...keys],
    connections: answer.value.connections,
    fetchedAt: ports.clock(),
    version: answer.value.version,
  };
  const settings = await ports.settings.read();
  await ports.settings.write({ ...settings, executor });
  return ok(executor);
}
