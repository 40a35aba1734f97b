import { escapeIdentifier, escapeLiteral, type PoolClient, type QueryResult } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import { serverError } from '../../postgres/errors';
import { frameEnd } from '../attempt-end';
import { whoAndWhen } from '../../postgres/who-and-when';
import { applicationName } from '../frame';
import { type WhoAndWhen, whoOf, wrongPlace } from '../open';
import { Ended, sendAll } from '../trips';

/**
 * Makes a session ready for a statement outside a transaction: what a transaction has with SET LOCAL the session has here.
 * @throws Ended when it is not the approved database, Error when the connection fails
 */
export async function openAlone(
  client: PoolClient,
  claims: OrderClaims,
  preamble: readonly string[],
): Promise<Omit<WhoAndWhen, 'begun'>> {
  const { limits, searchPath, role } = claims.content;
  let results: readonly QueryResult[];
  try {
    results = await sendAll(client, [
      ...preamble,
      'set role none',
      'set standard_conforming_strings = on',
      `set client_encoding = 'UTF8'`,
      'set synchronous_commit = on',
      `set application_name = ${applicationName(claims)}`,
      `set idle_in_transaction_session_timeout = ${limits.statementTimeoutMs + 10_000}`,
      whoAndWhen(claims.startBy),
      `set lock_timeout = ${limits.lockTimeoutMs}`,
      `set statement_timeout = ${limits.statementTimeoutMs}`,
      `select pg_catalog.set_config('search_path', ${escapeLiteral(searchPath)}, false)`,
      `set role ${escapeIdentifier(role)}`,
    ]);
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  const who = whoOf(results);
  const wrong = wrongPlace(claims.content.target, who);
  if (wrong) throw new Ended(wrong);
  return who;
}
