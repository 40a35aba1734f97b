import { type Halt, haltWords } from '../halt/halts';
import type { AttemptEnd } from './attempt-end';

/** Why a change is ended before COMMIT although nothing is wrong with it. */
export type Interruption =
  /** This machine's administrator said so, for a connection or for all. */
  | { readonly by: 'halt'; readonly halt: Halt }
  /** A person at the issue said so, for this execution. */
  | { readonly by: 'issue' };

/** How an interrupted attempt ends: final, nothing applied; a person may run the change again later. */
export function interruptedEnd(
  interruption: Interruption,
): Extract<AttemptEnd, { kind: 'refused' | 'revoked' }> {
  return interruption.by === 'halt'
    ? { kind: 'refused', code: 'halted', message: haltWords(interruption.halt) }
    : { kind: 'revoked', message: 'stopped from the issue before COMMIT; nothing was applied' };
}
