import * as v from 'valibot';
import { computeOrderDigest, OrderClaims } from '#core/protocol/order';
import type { PrivateJwk } from '#core/protocol/jwk';
import { signCompact } from '#core/protocol/jws';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { loadSigningKey } from '../../executor/signing-key';
import type { TestSite } from './local-site';

/** Claims of a compact order. */
export function orderClaims(order: string | null): OrderClaims {
  return v.parse(OrderClaims, payloadOf(order));
}

/** Payload of a compact JWS, unverified. */
export function payloadOf(compact: string | null): unknown {
  return JSON.parse(Buffer.from(compact?.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** The executor's own key, as a thief of its state folder would have it. */
async function executorKey(site: TestSite): Promise<PrivateJwk> {
  return loadSigningKey(site.databases.config.stateDir);
}

/** A receipt for an order, signed as the executor would; `wish` says what is special about it. */
export async function makeReceipt(
  site: TestSite,
  order: string | null,
  wish: Partial<ReceiptClaims> = {},
  key?: PrivateJwk,
): Promise<string> {
  const claims = orderClaims(order);
  const { content } = claims;
  const at = new Date(site.clock.now()).toISOString();
  const receipt: ReceiptClaims = {
    v: 1,
    iss: claims.aud,
    aud: claims.iss,
    jti: claims.jti,
    iat: Math.floor(site.clock.now() / 1000),
    kind: claims.kind,
    issue: claims.issue,
    revision: content.revision,
    attempt: 1,
    status: 'succeeded',
    reason: null,
    orderDigest: await computeOrderDigest(claims),
    digest: claims.digest,
    sqlSha256: claims.sqlSha256,
    connection: content.connection,
    environment: 'dev',
    target: content.target,
    ledgerMode: 'target',
    durability: 'on',
    statements: [{ index: 0, start: 0, end: 1, command: 'INSERT', rows: 1, ms: 1, error: null }],
    startedAt: at,
    finishedAt: at,
    transactionId: '1',
    resultSha256: null,
    chain: { id: 'test', epoch: 1, seq: 1, prev: '0'.repeat(64) },
    ...wish,
  };
  return signCompact(receipt, receiptTyp, key ?? (await executorKey(site)));
}
