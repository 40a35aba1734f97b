/** Fields of a log line: numbers, ids and codes. Never SQL text, rows, server messages or credentials. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** A JSON-lines logger. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Logs one JSON object a line to `write`. */
export function jsonLog(write: (line: string) => void, now: () => number): Log {
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}): void =>
      write(`${JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** A log for tests and embedders that want none. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What may be logged of a fault: its name and its code, not its words (a server's words may quote data). */
export function faultFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { fault: typeof error };
  const code = 'code' in error ? String(error.code) : null;
  return { fault: error.name, code };
}
