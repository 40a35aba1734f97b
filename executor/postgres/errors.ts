import { DatabaseError } from 'pg';

/** SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock, lock not available. */
const retryable = new Set(['40001', '40P01', '55P03']);

/** The server's error, or null when the connection failed instead. FATAL ends the connection: its outcome is open. */
export function serverError(error: unknown): DatabaseError | null {
  if (!(error instanceof DatabaseError) || error.code === undefined) return null;
  return error.severity === 'FATAL' || error.severity === 'PANIC' ? null : error;
}

/** True when trying the whole transaction again makes sense. */
export function isRetryable(error: DatabaseError): boolean {
  return retryable.has(error.code ?? '');
}

/** The server's words with detail and hint, for those allowed to see them. */
export function serverMessage(error: DatabaseError): string {
  const lines = [error.message];
  if (error.detail) lines.push(`DETAIL: ${error.detail}`);
  if (error.hint) lines.push(`HINT: ${error.hint}`);
  return lines.join('\n').slice(0, 4_000);
}
