import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { UtcTime } from '#core/protocol/claims';

/** Why and since when nothing runs. */
export interface Halt {
  readonly reason: string;
  /** Null when the file was made by hand, or cannot be read. */
  readonly at: string | null;
}

/** What a halt file holds. Its being there is what halts; what it says is for people. */
export const HaltFile = v.strictObject({
  reason: v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1),
    v.maxLength(200),
    v.regex(/^[^\p{Cc}\p{Cf}]*$/u, 'expected one line of text'),
  ),
  at: UtcTime,
});

/** One file per halted thing, so that two people who halt at once never write over each other. */
export const haltsDir = (stateDir: string): string => join(stateDir, 'halt');

/** File that halts one connection, or all of them (null). No connection key can have the other's name. */
export const haltFile = (stateDir: string, connection: string | null): string =>
  join(haltsDir(stateDir), connection === null ? 'all.json' : `connection-${connection}.json`);

function readHalt(file: string): Halt | null {
  let text: string;
  try {
    // Asked many times for each order, and nearly always in vain: an exception would cost more than the look.
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return null;
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    // Something is there: whoever put it there wanted a stop.
    return { reason: 'a halt file is there, but it cannot be read', at: null };
  }
  try {
    return v.parse(HaltFile, JSON.parse(text));
  } catch {
    return { reason: 'a halt file is there; it gives no reason', at: null };
  }
}

/**
 * The halt that is in force for a connection, or null. Looks at the disk each time (two looks, some
 * microseconds): a signal would have to find the process, gets lost when it is not running, and says no reason.
 */
export function haltOf(stateDir: string, connection: string): Halt | null {
  return readHalt(haltFile(stateDir, null)) ?? readHalt(haltFile(stateDir, connection));
}

/** A halt in words, for receipts, refusals and the connection's problem. */
export function haltWords({ reason, at }: Halt): string {
  return `halted at the executor${at === null ? '' : ` since ${at}`}: ${reason}`;
}
