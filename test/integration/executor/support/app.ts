import { randomUUID } from 'node:crypto';
import type { DigestInput } from '#core/change/digest';
import { computeDigest } from '#core/change/compute-digest';
import { sha256Hex } from '#core/hash';
import type { PrivateJwk } from '#core/protocol/jwk';
import { generateSigningKey, publicHalf, signCompact } from '#core/protocol/jws';
import { computeJti, type ExecutionKind } from '#core/protocol/attempt';
import { type OrderClaims, orderTyp } from '#core/protocol/order';
import { preflightPath, PreflightReply } from '#core/protocol/preflight';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { type ConnectionInfo } from '#core/protocol/connection';
import {
  ConnectionsReply,
  ErrorReply,
  ExecutionReply,
  orderContentType,
  paths,
} from '#core/protocol/transport';
import * as v from 'valibot';

export const installation = 'ari:cloud:ecosystem::installation/test';
export const executorId = 'test-executor';

/** Plays the Jira app: builds and signs orders and requests as the real one does. */
export interface TestApp {
  readonly key: PrivateJwk;
  order(claims: OrderClaims): Promise<string>;
  send(
    url: string,
    method: 'GET' | 'POST',
    path: string,
    body?: string,
    changes?: SendChanges,
  ): Promise<Response>;
  sendOrder(url: string, claims: OrderClaims): Promise<Reply>;
  revoke(url: string, jti: string, connection: string, stopRunning?: boolean): Promise<ExecutionReply>;
  execution(url: string, jti: string): Promise<ExecutionReply | null>;
  connections(url: string): Promise<readonly ConnectionInfo[]>;
  /** The digest of the structure that a text touches, as an app asks for it before submission; null when it has none. */
  schemaDigest(url: string, connection: string, sql: string): Promise<string | null>;
  /** What the executor says of a text before submission. */
  look(url: string, connection: string, sql: string): Promise<PreflightReply>;
}

interface SendChanges {
  readonly request?: Record<string, unknown>;
  readonly contentType?: string;
  readonly token?: string;
  readonly signedBody?: string;
}

export type Reply =
  | { readonly status: 202; readonly reply: ExecutionReply }
  | { readonly status: number; readonly reply: v.InferOutput<typeof ErrorReply> };

export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

export async function createTestApp(): Promise<TestApp> {
  const key = await generateSigningKey();
  const app: TestApp = {
    key,
    order: (claims) => signCompact(claims, orderTyp, key),
    async send(url, method, path, body = '', changes = {}) {
      const claims = {
        iss: installation,
        aud: executorId,
        jti: randomUUID(),
        iat: nowSeconds(),
        exp: nowSeconds() + 60,
        method,
        path,
        bodySha256: await sha256Hex(changes.signedBody ?? body),
        ...changes.request,
      };
      const headers = {
        [requestHeader]: changes.token ?? (await signCompact(claims, requestTyp, key)),
        'content-type': changes.contentType ?? 'application/json',
      };
      return fetch(url + path, { method, headers, ...(method === 'POST' ? { body } : {}) });
    },
    async sendOrder(url, claims) {
      const token = await app.order(claims);
      return readReply(await app.send(url, 'POST', paths.orders, token, { contentType: orderContentType }));
    },
    async revoke(url, jti, connection, stopRunning) {
      const body = JSON.stringify({ jti, connection, stopRunning });
      const response = await app.send(url, 'POST', paths.revocations, body);
      return v.parse(ExecutionReply, await response.json());
    },
    async execution(url, jti) {
      const response = await app.send(url, 'GET', paths.execution(jti));
      return response.status === 404 ? null : v.parse(ExecutionReply, await response.json());
    },
    async connections(url) {
      const response = await app.send(url, 'GET', paths.connections);
      return v.parse(ConnectionsReply, await response.json()).connections;
    },
    async look(url, connection, sql) {
      const request = { connection, sql, automaticRollback: false, exportFormat: null };
      const response = await app.send(url, 'POST', preflightPath, JSON.stringify(request));
      return v.parse(PreflightReply, await response.json());
    },
    async schemaDigest(url, connection, sql) {
      const request = { connection, sql, automaticRollback: false, exportFormat: null };
      const response = await app.send(url, 'POST', preflightPath, JSON.stringify(request));
      return response.ok ? v.parse(PreflightReply, await response.json()).schemaDigest : null;
    },
  };
  return app;
}

export async function readReply(response: Response): Promise<Reply> {
  const json: unknown = await response.json();
  return response.status === 202
    ? { status: 202, reply: v.parse(ExecutionReply, json) }
    : { status: response.status, reply: v.parse(ErrorReply, json) };
}

export function publicKeyOf(app: TestApp) {
  return publicHalf(app.key);
}

let issues = Math.floor(Math.random() * 1e9) * 1_000; // state outlives a run: ids must not meet again

/** What a test wants to be special about an order. */
export interface OrderWish {
  readonly sql?: string;
  readonly rollback?: string | null;
  readonly kind?: ExecutionKind;
  readonly try?: number;
  readonly issueId?: string;
  readonly revision?: number;
  readonly author?: string;
  readonly approvers?: readonly string[];
  readonly content?: Partial<DigestInput>;
  /** Applied last, without putting ids and digests right. */
  readonly claims?: Partial<OrderClaims>;
  readonly head?: { seq: number; hash: string };
  readonly applyReceiptSha256?: string | null;
  readonly startBy?: number;
  readonly endBy?: number;
}

/** The text that a wish runs as its change. */
const defaultSql = 'select 1 as one';

/** Records the structure in a wish for a protected connection, as the app does at submission. */
export async function recorded(
  app: TestApp,
  url: string,
  connection: ConnectionInfo,
  wish: OrderWish,
): Promise<OrderWish> {
  if (!connection.protected) return wish;
  const schemaDigest = await app.schemaDigest(
    url,
    connection.key,
    wish.content?.sql ?? wish.sql ?? defaultSql,
  );
  return { ...wish, content: { schemaDigest, ...wish.content } };
}

/** Builds a valid order for a connection, bent as the test wishes. */
export async function buildOrder(connection: ConnectionInfo, wish: OrderWish = {}): Promise<OrderClaims> {
  const issueId = wish.issueId ?? String((issues += 1));
  if (connection.target === null) throw new Error(`${connection.key} has no target: ${connection.problem}`);
  const content: DigestInput = {
    v: 1,
    installation,
    issueId,
    revision: wish.revision ?? 1,
    author: wish.author ?? 'author-1',
    reason: 'a test',
    connection: connection.key,
    target: connection.target,
    role: connection.role,
    searchPath: connection.searchPath,
    sql: wish.sql ?? defaultSql,
    rollback: wish.rollback ?? null,
    verification: null,
    limits: connection.limits,
    rowBudget: null,
    schemaDigest: null,
    ...wish.content,
  };
  const digest = await computeDigest(content);
  const kind = wish.kind ?? 'apply';
  const at = new Date().toISOString();
  const attempt = { installation, issueId, revision: content.revision, kind, try: wish.try ?? 1 };
  return {
    v: 1,
    iss: installation,
    aud: executorId,
    jti: await computeJti(attempt),
    iat: nowSeconds(),
    exp: nowSeconds() + 300,
    startBy: wish.startBy ?? nowSeconds() + 300,
    endBy: wish.endBy ?? nowSeconds() + 600,
    kind,
    try: attempt.try,
    issue: { id: issueId, key: `QC-${issueId}` },
    requestedBy: content.author,
    digest,
    content,
    sqlSha256: await sha256Hex(kind === 'rollback' ? (content.rollback ?? '') : content.sql),
    approvals: (wish.approvers ?? ['approver-1', 'approver-2']).map((accountId) => ({
      accountId,
      at,
      digest,
      eligibilityCheckedAt: at,
    })),
    evidence: [],
    analyser: null,
    ledgerHead: wish.head ?? { seq: 1, hash: 'a'.repeat(64) },
    applyReceiptSha256: wish.applyReceiptSha256 ?? null,
    ...wish.claims,
  };
}
