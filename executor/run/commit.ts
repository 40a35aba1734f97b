import type { PoolClient, QueryResult } from 'pg';
import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import { serverError } from '../postgres/errors';
import { LedgerRow } from '../postgres/ledger';
import { type AttemptEnd, frameEnd } from './attempt-end';
import { closingSql } from './frame';
import type { AtPoint } from './points';
import type { StatementsRun } from './statements';
import { Ended, replyOf, sendAll, utc } from './trips';
import { sha256Hex } from '../sha256';

/**
 * Writes the ledger row and commits, in one trip. `sending` is called before the message leaves: from then on a lost
 * connection may have committed.
 * @throws Ended when the server refuses the end, Error when the connection fails
 */
export async function commit(
  client: PoolClient,
  claims: OrderClaims,
  run: StatementsRun,
  body: string | null,
  startedAt: string,
  config: ConnectionConfig,
  sending: () => void,
  at: AtPoint,
): Promise<AttemptEnd> {
  const result = {
    statements: [...run.outcomes],
    resultSha256: body === null ? null : sha256Hex(body),
    durability: 'on',
    ...(run.beforeImage ? { beforeImage: run.beforeImage } : {}),
  };
  let results: readonly QueryResult[];
  try {
    sending();
    const [answer] = await Promise.all([
      sendAll(client, closingSql(claims, config, result)),
      at('commit-sent'),
    ]);
    results = answer;
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'closing', run));
  }
  // A COMMIT of a broken transaction answers ROLLBACK without an error.
  if (results.at(-1)?.command !== 'COMMIT') throw new Error('the server did not commit');
  if (config.writable) {
    return { kind: 'committed', row: v.parse(LedgerRow, replyOf(results)), body, earlier: false };
  }
  const last = results.at(0)?.rows[0] as { late: boolean; at: string } | undefined;
  if (last?.late) return { kind: 'expired', message: 'past endBy' };
  return { kind: 'read', statements: run.outcomes, body, startedAt, finishedAt: utc(last?.at ?? startedAt) };
}
