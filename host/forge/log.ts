/** One line that the platform or the app wrote. */
export interface LogLine {
  readonly at: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `app` for console output of a function, `platform` for what the emulator says about it. */
  readonly source: 'app' | 'platform';
  readonly invocationId?: string;
  readonly functionKey?: string;
  readonly text: string;
}

/** A bounded log; the inspector page reads it. */
export interface HostLog {
  write(line: Omit<LogLine, 'at'>): void;
  lines(): readonly LogLine[];
  clear(): void;
}

const KEPT_LINES = 2000;

/** Makes a log that keeps the newest 2,000 lines and tells `echo` about each one. */
export function createLog(now: () => number, echo: (line: LogLine) => void = () => undefined): HostLog {
  let lines: LogLine[] = [];
  return {
    write(line) {
      const full = { at: now(), ...line };
      lines.push(full);
      if (lines.length > KEPT_LINES * 2) lines = lines.slice(-KEPT_LINES);
      echo(full);
    },
    lines: () => lines.slice(-KEPT_LINES),
    clear() {
      lines = [];
    },
  };
}
