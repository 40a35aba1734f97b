import { DatabaseError } from 'pg';

/** Why trying a whole transaction again may help: it lost against another one, or a lock was not to be had in time. */
export type RetryCause = 'conflict' | 'lock';

/** SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock, lock not available. */
const causes: ReadonlyMap<string | undefined, RetryCause> = new Map([
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
  ['55P03', 'lock'],
]);

/** The server's error, or null when the connection failed instead. FATAL ends the connection: its outcome is open. */
export function serverError(error: unknown): DatabaseError | null {
  if (!(error instanceof DatabaseError) || error.code === undefined) return null;
  return error.severity === 'FATAL' || error.severity === 'PANIC' ? null : error;
}

/** Why trying the whole transaction again makes sense; null when it makes none. */
export function retryCause(error: DatabaseError): RetryCause | null {
  return causes.get(error.code) ?? null;
}

/** The server's words with detail and hint, for those allowed to see them. */
export function serverMessage(error: DatabaseError): string {
  const lines = [error.message];
  if (error.detail) lines.push(`DETAIL: ${error.detail}`);
  if (error.hint) lines.push(`HINT: ${error.hint}`);
  return lines.join('\n').slice(0, 4_000);
}
