import { escapeIdentifier, escapeLiteral } from 'pg';
import { changeKind } from '#core/protocol/attempt';
import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import {
  beginExecutionSql,
  checkFenceSql,
  endExecutionSql,
  type LedgerKey,
  type LedgerResult,
} from '../postgres/ledger';
import { whoAndWhen } from '../postgres/who-and-when';

/** PostgreSQL keeps 63 bytes of it; an issue key is far shorter. */
export const applicationName = (claims: OrderClaims): string => escapeLiteral(claims.issue.key.slice(0, 63));

/** Upper bound for waiting on another transaction that runs the same change (a backend that we lost sight of). */
const ledgerWaitMs = 30_000;

/** The place of an order in the ledger. */
export function ledgerKey(claims: OrderClaims): LedgerKey {
  return {
    installation: claims.iss,
    issueId: claims.issue.id,
    revision: claims.content.revision,
    kind: changeKind(claims.kind),
  };
}

/** What every transaction of an order begins with; the last result says who the server is. */
function beginning(
  claims: OrderClaims,
  mode: 'read write' | 'read only',
  preamble: readonly string[],
): readonly string[] {
  return [
    ...preamble,
    `begin isolation level read committed ${mode}`,
    // A login of its own begins as the approved role; who calls the ledger is the login.
    'set local role none',
    'set local standard_conforming_strings = on',
    `set local client_encoding = 'UTF8'`,
    'set local synchronous_commit = on',
    `set local application_name = ${applicationName(claims)}`,
    `set local idle_in_transaction_session_timeout = ${claims.content.limits.statementTimeoutMs + 10_000}`,
    // While we wait in the ledger for an earlier attempt of the same change.
    'set local lock_timeout = 0',
    `set local statement_timeout = ${ledgerWaitMs}`,
    whoAndWhen(claims.startBy),
  ];
}

/** Who runs the statements, where names are found, and how long one may run and wait: what was approved. */
function approvedFrame(claims: OrderClaims, lockTimeoutMs: number): readonly string[] {
  const { limits, searchPath, role } = claims.content;
  return [
    `set local lock_timeout = ${lockTimeoutMs}`,
    `set local statement_timeout = ${limits.statementTimeoutMs}`,
    `select pg_catalog.set_config('search_path', ${escapeLiteral(searchPath)}, true)`,
    `set local role ${escapeIdentifier(role)}`,
  ];
}

/** Everything before the first statement of a dry run: the frame of a change, without a place in the ledger. */
export function dryRunOpeningSql(
  claims: OrderClaims,
  mode: 'read write' | 'read only',
  lockTimeoutMs: number,
  preamble: readonly string[],
): readonly string[] {
  return [...beginning(claims, mode, preamble), ...approvedFrame(claims, lockTimeoutMs)];
}

/**
 * Everything before the first approved statement, as one round trip. The last two results are the identity and, for a
 * change, the answer of the ledger. Our own SQL only: approved text never enters a multi-statement message.
 */
export function openingSql(
  claims: OrderClaims,
  orderDigest: string,
  attempt: number,
  connection: ConnectionConfig,
  preamble: readonly string[],
): readonly string[] {
  const before = [...beginning(claims, connection.writable ? 'read write' : 'read only', preamble)];
  if (connection.writable) {
    before.push(
      beginExecutionSql(ledgerKey(claims), {
        jti: claims.jti,
        try: claims.try,
        attempt,
        orderDigest,
        digest: claims.digest,
        issueKey: claims.issue.key,
        startBy: claims.startBy,
        rollbackWindowSeconds: connection.rollbackWindowSeconds,
      }),
      checkFenceSql(claims.jti, attempt),
    );
  }
  // The ledger may have waited: windows are judged by the time after it.
  before.push('select pg_catalog.to_json(pg_catalog.clock_timestamp()) as begun');
  return [...before, ...approvedFrame(claims, claims.content.limits.lockTimeoutMs)];
}

/**
 * Everything after the last approved statement, as one round trip. Deferred constraints fire while the approved role is
 * still in force; then the settings that count at COMMIT are set again, whatever the approved SQL did to them.
 */
export function closingSql(
  claims: OrderClaims,
  connection: ConnectionConfig,
  result: LedgerResult,
): readonly string[] {
  const late = `pg_catalog.clock_timestamp() > pg_catalog.to_timestamp(${claims.endBy})`;
  if (!connection.writable) {
    return [`select ${late} as late, pg_catalog.to_json(pg_catalog.clock_timestamp()) as at`, 'commit'];
  }
  return [
    'set constraints all immediate',
    'set local role none',
    'set local synchronous_commit = on',
    `set local statement_timeout = ${claims.content.limits.statementTimeoutMs}`,
    endExecutionSql(ledgerKey(claims), claims.jti, result, claims.endBy),
    'commit',
  ];
}
