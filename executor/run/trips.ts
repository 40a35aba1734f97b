import type { PoolClient, QueryResult } from 'pg';
import type { AttemptEnd } from './attempt-end';

/** Thrown where an attempt ends before its COMMIT. */
export class Ended extends Error {
  readonly end: AttemptEnd;
  constructor(end: AttemptEnd) {
    super(end.kind);
    this.end = end;
  }
}

/** Sends our own statements as one message; approved text is never sent like this. */
export async function sendAll(
  client: PoolClient,
  statements: readonly string[],
): Promise<readonly QueryResult[]> {
  const results: unknown = await client.query(statements.join(';\n'));
  return Array.isArray(results) ? (results as QueryResult[]) : [results as QueryResult];
}

/** The answer of a ledger function among the results of a message. */
export const replyOf = (results: readonly QueryResult[]): unknown =>
  results
    .flatMap((result): unknown[] => result.rows)
    .find((row): row is { reply: unknown } => typeof row === 'object' && row !== null && 'reply' in row)
    ?.reply;

/** A time of the server in the form that receipts use. */
export const utc = (text: string): string => new Date(text).toISOString();
