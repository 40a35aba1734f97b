import { setTimeout as delay } from 'node:timers/promises';
import { escapeIdentifier, escapeLiteral, type PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import type { Execution } from '../identity/session';
import { faultFields, type Log } from '../log';
import { type Captured, captureQuery } from '../postgres/capture-query';
import { conditionName } from '../postgres/conditions';
import { serverError } from '../postgres/errors';
import type { Target } from '../postgres/target';
import type { Assertion } from '../sql/verification';
import { send } from './table-counters';
import { startWatchdog, type Watchdog } from './watchdog';

/** Assertions that held, and what the first one that did not came to, in words without data; null when all held. */
export interface Verified {
  readonly checked: number;
  readonly problem: string | null;
}

const savepoint = 'querychange_verification';
const booleanOid = 16;
const watchdogGraceMs = 1_000;

/** Fresh sessions tried after COMMIT before a person is asked. */
const triesAfterCommit = 3;
const pauseAfterCommitMs = 500;

/**
 * Puts the session into a known state for one assertion: default settings, approved role and search_path with temporary
 * tables last, read-only. All of it, and whatever the assertion does to settings, is undone with the savepoint; inside
 * one PostgreSQL does not let read-only be switched off again.
 */
function prepare(claims: OrderClaims, names: readonly string[], first: boolean): readonly string[] {
  const { limits, role, searchPath } = claims.content;
  const path = searchPath.trim() === '' ? 'pg_temp' : `${searchPath}, pg_temp`;
  const list = names.map(escapeLiteral).join(', ');
  return [
    ...(first ? [] : [`rollback to savepoint ${savepoint}`, `release savepoint ${savepoint}`]),
    `savepoint ${savepoint}`,
    'reset all',
    `set local role ${escapeIdentifier(role)}`,
    'set local standard_conforming_strings = on',
    `set local client_encoding = 'UTF8'`,
    'set local row_security = on',
    `set local lock_timeout = ${limits.lockTimeoutMs}`,
    `set local statement_timeout = ${limits.statementTimeoutMs}`,
    `select pg_catalog.set_config('search_path', ${escapeLiteral(path)}, true)`,
    'set local transaction_read_only = on',
    `select c.relname::pg_catalog.text as shadow from pg_catalog.pg_class c
      where c.relnamespace operator(pg_catalog.=) pg_catalog.pg_my_temp_schema()
        and c.relname::pg_catalog.text operator(pg_catalog.=) any (array[${list}]::pg_catalog.text[]) limit 1`,
  ];
}

/** What an answer lacks to be true, in words; null when it is. */
function judge({ columns, rows, count }: Captured): string | null {
  if (columns.length !== 1 || columns[0]?.typeOid !== booleanOid) return 'does not return one boolean column';
  if (rows.length !== 1 || (count !== null && count !== 1)) {
    return rows.length === 0 ? 'returned no row' : 'returned more than one row';
  }
  const value = rows[0]?.[0] ?? null;
  return value === 't' ? null : `returned ${value === null ? 'NULL' : 'false'}`;
}

async function holds(
  client: PoolClient,
  claims: OrderClaims,
  { statement, names }: Assertion,
  watchdog: Watchdog,
): Promise<string | null> {
  watchdog.statement(claims.content.limits.statementTimeoutMs + watchdogGraceMs);
  try {
    const prepared = await send(client, prepare(claims, names, statement.index === 0));
    if ((prepared.at(-1)?.rows.length ?? 0) > 0) return 'reads a name that a temporary table takes';
    return judge(
      await captureQuery(client, statement.text, { maxRows: 2, maxBytes: 1_024, stopWhenFull: true }),
    );
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    const sqlstate = failure.code ?? 'XX000';
    return `failed with ${sqlstate} ${conditionName(sqlstate)}`;
  } finally {
    watchdog.statement(null);
  }
}

/**
 * Asks the assertions one after the other, in the open transaction of `client`, and leaves no trace of them. Stops at the
 * first that does not return true. Connection errors are thrown.
 */
export async function verify(
  client: PoolClient,
  claims: OrderClaims,
  assertions: readonly Assertion[],
  watchdog: Watchdog,
): Promise<Verified> {
  for (const assertion of assertions) {
    const { index } = assertion.statement;
    const problem = await holds(client, claims, assertion, watchdog);
    if (problem !== null) return { checked: index, problem: `verification ${index + 1} ${problem}` };
  }
  await send(client, [`rollback to savepoint ${savepoint}`, `release savepoint ${savepoint}`]);
  return { checked: assertions.length, problem: null };
}

/** Asks the assertions again after COMMIT, in a session that the change never touched. Resolves always. */
export async function verifyAfterCommit(
  claims: OrderClaims,
  assertions: readonly Assertion[],
  deps: {
    readonly target: Target;
    readonly execution: Execution;
    readonly terminateAfterMs: number;
    readonly log: Log;
  },
): Promise<Verified> {
  const { target, log } = deps;
  for (let tried = 1; ; tried += 1) {
    try {
      const session = await target.sessions.open(deps.execution, 'verify');
      const { client } = session;
      let watchdog: Watchdog | null = null;
      try {
        await session.sealed;
        const begun = await send(client, [
          'begin isolation level read committed read only',
          'select pg_catalog.pg_backend_pid() as pid',
        ]);
        const [who] = (begun.at(-1)?.rows ?? []) as { pid: number }[];
        watchdog = startWatchdog({
          control: target.control,
          pid: who?.pid ?? 0,
          deadlineMs: assertions.length * (claims.content.limits.statementTimeoutMs + 2 * watchdogGraceMs),
          terminateAfterMs: deps.terminateAfterMs,
          interrupted: () => null,
          log,
        });
        return await verify(client, claims, assertions, watchdog);
      } finally {
        watchdog?.stop();
        session.end(watchdog?.acted ? 'broken' : 'open');
      }
    } catch (error) {
      log.warn('verification-fault', { jti: claims.jti, tried, ...faultFields(error) });
      if (tried >= triesAfterCommit) {
        return { checked: 0, problem: 'verification could not be repeated: the database does not answer' };
      }
      await delay(pauseAfterCommitMs * tried);
    }
  }
}
