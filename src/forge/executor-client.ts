import { invokeRemote } from '@forge/api';
import * as v from 'valibot';
import { sha256Hex } from '#core/hash';
import { maxRequestLifetimeSeconds } from '#core/limits';
import { EnrolmentReply, enrolmentPath } from '#core/protocol/enrolment';
import { ExportLinkReply, exportLinksPath } from '#core/protocol/export';
import { preflightPath, PreflightReply } from '#core/protocol/preflight';
import { snapshotPath, SnapshotReply } from '#core/protocol/snapshot';
import type { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { requestHeader, requestTyp, type RequestClaims } from '#core/protocol/request';
import {
  ConnectionsReply,
  ErrorReply,
  ExecutionReply,
  orderContentType,
  paths,
  type RevocationRequest,
} from '#core/protocol/transport';
import type { Executor, ExecutorAnswer, Keys, SettingsReader } from '../app/ports';

/** Key of the customer-managed remote in the manifest. */
const remoteKey = 'executor';

interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
}

/**
 * The executor behind Forge's customer-managed remote. Every request carries a request JWS of ours: the platform's own
 * token proves the caller but does not cover the body.
 */
export function executorClient(deps: {
  keys: Keys;
  settings: SettingsReader;
  clock: () => number;
  newId: () => string;
}): Executor {
  const call = async <TSchema extends v.GenericSchema>(
    executorId: string,
    sent: Sent,
    schema: TSchema,
    signedWith?: PrivateJwk,
  ): Promise<ExecutorAnswer<v.InferOutput<TSchema>>> => {
    const key = signedWith ?? (await deps.keys.signingKey());
    const header = await requestToken(deps, key, executorId, sent);
    let response: Pick<Response, 'ok' | 'status' | 'text'>;
    try {
      response = await reach(sent, header);
    } catch (error) {
      return { kind: 'silence', message: error instanceof Error ? error.message : String(error) };
    }
    return readAnswer(response, schema);
  };
  return {
    submit: (id, order) =>
      call(
        id,
        { method: 'POST', path: paths.orders, body: order, contentType: orderContentType },
        ExecutionReply,
      ),
    ask: (id, jti) => call(id, { method: 'GET', path: paths.execution(jti) }, ExecutionReply),
    revoke: (id, jti, connection, stopRunning = false) => {
      const body: RevocationRequest = { jti, connection, ...(stopRunning ? { stopRunning } : {}) };
      return call(
        id,
        { method: 'POST', path: paths.revocations, body: JSON.stringify(body) },
        ExecutionReply,
      );
    },
    preflight: (id, request) =>
      call(id, { method: 'POST', path: preflightPath, body: JSON.stringify(request) }, PreflightReply),
    snapshot: (id, request) =>
      call(id, { method: 'POST', path: snapshotPath, body: JSON.stringify(request) }, SnapshotReply),
    exportLink: (id, jti, accountId) =>
      call(
        id,
        { method: 'POST', path: exportLinksPath(jti), body: JSON.stringify({ accountId }) },
        ExportLinkReply,
      ),
    connections: (id, signedWith) =>
      call(id, { method: 'GET', path: paths.connections }, ConnectionsReply, signedWith),
    async enrol(id, token, receiptUrl) {
      const { installation } = await deps.settings.read();
      const { kid } = await deps.keys.signingKey();
      const body = JSON.stringify({ token, installation, appKid: kid, receiptUrl });
      return call(id, { method: 'POST', path: enrolmentPath, body }, EnrolmentReply);
    },
  };
}

/**
 * The one place that reaches the executor. ⚠ Customer-managed remotes are a preview; the written alternative is `fetch`
 * to an address under `permissions.external.fetch.backend` (decision 0004).
 */
async function reach(sent: Sent, token: string): Promise<Pick<Response, 'ok' | 'status' | 'text'>> {
  return invokeRemote(remoteKey, {
    path: sent.path,
    method: sent.method,
    headers: {
      [requestHeader]: token,
      accept: 'application/json',
      ...(sent.body === undefined ? {} : { 'content-type': sent.contentType ?? 'application/json' }),
    },
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
}

async function requestToken(
  deps: { settings: SettingsReader; clock: () => number; newId: () => string },
  key: PrivateJwk,
  executorId: string,
  sent: Sent,
): Promise<string> {
  const { installation } = await deps.settings.read();
  const iat = Math.floor(deps.clock() / 1000);
  const claims: RequestClaims = {
    iss: installation,
    aud: executorId,
    jti: deps.newId(),
    iat,
    exp: iat + maxRequestLifetimeSeconds,
    method: sent.method,
    path: sent.path,
    bodySha256: await sha256Hex(sent.body ?? ''),
  };
  return signCompact(claims, requestTyp, key);
}

async function readAnswer<TSchema extends v.GenericSchema>(
  response: Pick<Response, 'ok' | 'status' | 'text'>,
  schema: TSchema,
): Promise<ExecutorAnswer<v.InferOutput<TSchema>>> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'silence', message: `status ${response.status} without JSON` };
  }
  if (response.ok) {
    const reply = v.safeParse(schema, json);
    return reply.success
      ? { kind: 'reply', value: reply.output }
      : { kind: 'silence', message: `status ${response.status} with an unknown body` };
  }
  const refusal = v.safeParse(ErrorReply, json);
  return refusal.success
    ? { kind: 'refusal', status: response.status, error: refusal.output }
    : { kind: 'silence', message: `status ${response.status}` };
}
