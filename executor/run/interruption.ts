import type { Halt } from '../halt/halts';

/** Why a change is ended before COMMIT although nothing is wrong with it. */
export type Interruption =
  /** This machine's administrator said so, for a connection or for all. */
  | { readonly by: 'halt'; readonly halt: Halt }
  /** A person at the issue said so, for this execution. */
  | { readonly by: 'issue' };
