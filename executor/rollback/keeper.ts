import type { ReceiptClaims } from '#core/protocol/receipt';
import type { Captured } from '../postgres/capture-query';
import type { Statement } from '../sql/cut';

/** What was kept of a change, as its receipt names it. */
export type BeforeImage = NonNullable<ReceiptClaims['beforeImage']>;

/** Keeps the rows that planned statements change. */
export interface RowKeeper {
  /** Runs a statement of the plan and keeps its rows; null when the plan does not speak of it. */
  capture(statement: Statement): Promise<Captured> | null;
  /** Makes sure that nothing else was changed, and ends the keeping. Null when there is a problem. */
  seal(): Promise<BeforeImage | null>;
  /** Why the change must not be committed; null while all is well. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}
