import { sha256Hex } from '#core/hash';
import { EnrolmentClaims, enrolmentTyp } from '#core/protocol/enrolment';
import type { PublicJwk } from '#core/protocol/jwk';
import { publicHalf, thumbprintMatches, verifyCompact } from '#core/protocol/jws';
import { ok } from '#core/result';
import type { Settings } from '#core/settings/settings';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { changeSettings } from './change-settings';
import { askConnections, keepConnections } from './connections';

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
 * the key comes from the admin, never from the answer. Enrolled again, the new key replaces what was pinned.
 */
export async function enrolExecutor(
  ports: Ports,
  admin: string,
  input: EnrolmentInput,
): Promise<Outcome<Settings>> {
  if (!(await thumbprintMatches(input.executorKey)))
    return no('bad-request', 'The key does not match its thumbprint.');
  const proved = await prove(ports, input);
  if (!proved.ok) return proved;
  const { executorId, executorKey } = input;
  const reply = await askConnections(ports, executorId);
  if (!reply.ok) return reply;
  const { version } = reply.value;
  const before = await ports.settings.read();
  await ports.settings.change({ actor: admin, what: `Executor ${executorId} enrolled` }, (settings) => {
    const { executor } = settings;
    const connections = executor?.id === executorId ? executor.connections : [];
    return {
      ...settings,
      executor: { id: executorId, keys: [executorKey], connections, fetchedAt: ports.clock(), version },
      appKeys: { ...settings.appKeys, current: proved.value },
    };
  });
  const settings = await keepConnections(ports, reply.value);
  // What another executor, or this one under another key, told of its databases does not count any more.
  const connections = [...(before.executor?.connections ?? []), ...reply.value.connections];
  await ports.snapshots.forget([...new Set(connections.map(({ key }) => key))]);
  return ok(settings);
}

/**
 * Lets the executor prove with the pinned key that it holds the same token, app key and receipt URL.
 * @returns the thumbprint of the app's key that it trusts
 */
async function prove(ports: Ports, input: EnrolmentInput): Promise<Outcome<string>> {
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
  const { installation } = await ports.settings.read();
  const claims = verified.value;
  const appKey = publicHalf(await ports.keys.signingKey());
  const expected =
    claims.iss === input.executorId &&
    claims.aud === installation &&
    claims.appKid === appKey.kid &&
    claims.receiptUrl === input.receiptUrl &&
    claims.executorKey.kid === input.executorKey.kid &&
    claims.tokenSha256 === (await sha256Hex(input.token));
  return expected
    ? ok(appKey.kid)
    : no('bad-request', 'The executor confirmed something else than what was entered here.');
}

/** Pins a second key, for the time in which the executor goes over to it; receipts under either count. */
export async function addExecutorKey(
  ports: Ports,
  admin: string,
  key: PublicJwk,
): Promise<Outcome<Settings>> {
  if (!(await thumbprintMatches(key))) return no('bad-request', 'The key does not match its thumbprint.');
  return changeSettings(ports, { actor: admin, what: 'Second executor key pinned' }, (settings) => {
    const { executor } = settings;
    if (!executor) return no('not-set-up', 'No executor is enrolled yet.');
    if (executor.keys.some(({ kid }) => kid === key.kid)) return ok(settings);
    if (executor.keys.length > 1)
      return no('illegal', 'Two keys are pinned already. Drop the one that is no longer used first.');
    return ok({ ...settings, executor: { ...executor, keys: [...executor.keys, key] } });
  });
}

/** Takes a pin away; the last one stays, because without any no receipt could be believed. */
export async function dropExecutorKey(ports: Ports, admin: string, kid: string): Promise<Outcome<Settings>> {
  return changeSettings(ports, { actor: admin, what: 'Executor key dropped' }, (settings) => {
    const { executor } = settings;
    if (!executor) return no('not-set-up', 'No executor is enrolled yet.');
    const keys = executor.keys.filter((key) => key.kid !== kid);
    if (keys.length === executor.keys.length) return no('not-found', 'This key is not pinned.');
    if (keys.length === 0)
      return no('illegal', 'This is the only key. Pin the other one first, or enrol the executor again.');
    return ok({ ...settings, executor: { ...executor, keys } });
  });
}
