import type { QueryResult } from 'pg';
import * as v from 'valibot';
import type { TargetIdentity } from '#core/protocol/claims';
import type { OrderClaims } from '#core/protocol/order';
import type { ConnectionConfig } from '../config';
import type { Session } from '../identity/session';
import { serverError } from '../postgres/errors';
import { BeginReply } from '../postgres/ledger';
import { type AttemptEnd, frameEnd } from './attempt-end';
import { openingSql } from './frame';
import { Ended, replyOf, sendAll } from './trips';

/** Who the server is and what its clock says, at the beginning of a transaction. */
export interface WhoAndWhen {
  systemIdentifier: string;
  databaseOid: string;
  databaseName: string;
  late: boolean;
  standby: boolean;
  pid: number;
  at: string;
  /** After the place in the ledger is taken, which may have taken a while. */
  begun: string;
}

/** Finds the answer of the opening trip that says who the server is. */
export function whoOf(results: readonly QueryResult[]): Omit<WhoAndWhen, 'begun'> {
  const who = results
    .flatMap((result): unknown[] => result.rows)
    .find(
      (row): row is Omit<WhoAndWhen, 'begun'> =>
        typeof row === 'object' && row !== null && 'systemIdentifier' in row,
    );
  if (!who) throw new Error('the server did not say who it is');
  return who;
}

/** The end of an attempt that reached another database than the approved one. */
export function wrongPlace(target: TargetIdentity, who: Omit<WhoAndWhen, 'begun'>): AttemptEnd | null {
  const same =
    who.systemIdentifier === target.systemIdentifier &&
    Number(who.databaseOid) === target.databaseOid &&
    who.databaseName === target.databaseName;
  if (!same) {
    return {
      kind: 'refused',
      code: 'target-mismatch',
      message: 'the server is not the one that was approved',
    };
  }
  return null;
}

/**
 * Begins the transaction of an order and takes its place in the ledger.
 * @throws Ended when the order may not or need not run, Error when the connection fails
 */
export async function open(
  { client, preamble }: Session,
  claims: OrderClaims,
  orderDigest: string,
  attempt: number,
  config: ConnectionConfig,
): Promise<WhoAndWhen> {
  let results: readonly QueryResult[];
  try {
    results = await sendAll(client, openingSql(claims, orderDigest, attempt, config, preamble));
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    throw new Ended(frameEnd(failure, 'opening', null));
  }
  const rows = results.flatMap((result): unknown[] => result.rows);
  const begun = rows.find(
    (row): row is Pick<WhoAndWhen, 'begun'> => typeof row === 'object' && row !== null && 'begun' in row,
  );
  if (!begun) throw new Error('the server did not say when it began');
  const who: WhoAndWhen = { ...whoOf(results), begun: begun.begun };
  const wrong = wrongPlace(claims.content.target, who);
  if (wrong) throw new Ended(wrong);
  if (config.writable) {
    const reply = v.parse(BeginReply, replyOf(results));
    if (!reply.begun) {
      throw new Ended(
        reply.row.status === 'succeeded' &&
          reply.row.jti === claims.jti &&
          reply.row.order_digest === orderDigest
          ? { kind: 'committed', row: reply.row, body: null, earlier: true }
          : {
              kind: 'refused',
              code: 'already-applied',
              message: 'another try of this revision has committed',
            },
      );
    }
  } else if (who.late) {
    throw new Ended({ kind: 'expired', message: 'past startBy' });
  }
  return who;
}
