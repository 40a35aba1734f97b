import type { Intender } from '../../postgres/intents';
import type { Alone } from '../../sql/alone';
import type { Statement } from '../../sql/cut';
import type { AttemptDeps } from '../attempt';
import type { AttemptEnd } from '../attempt-end';

/** What the approved statement is, and whose attempt at it this is. */
export interface Work extends Intender {
  readonly alone: Alone;
  readonly statement: Statement;
  readonly deps: AttemptDeps;
}

/** Something is left that only a person can judge. */
export const partly = (what: string): AttemptEnd => ({
  kind: 'unknown',
  code: 'partly-applied',
  message: `The statement runs outside a transaction and was not undone: ${what}.`,
});
