import type { IssueRecord } from '../entities';

/** How values of a field compare. `choice` has equality only; `user` is a choice of accounts. */
export type JqlKind = 'choice' | 'user' | 'number' | 'date' | 'text' | 'string' | 'key';

/** A field as JQL sees it. */
export interface JqlField {
  readonly name: string;
  readonly kind: JqlKind;
  /** Values of an issue, canonical: ids, account ids, milliseconds, numbers or text; empty when there is none. */
  values(issue: IssueRecord): readonly (string | number)[];
  /** The canonical value that an operand names; undefined when there is no such value. Only for `choice`. */
  resolve?(operand: string): string | undefined;
  /** Set when `was` and `changed` work: the id under which the changelog keeps the field. */
  readonly historyId?: string;
  /** The current value's sort key when it differs from the value. */
  sortKey?(issue: IssueRecord): string | number | undefined;
  readonly sortable?: boolean;
}

/** Tells whether an issue satisfies a clause. */
export type Matcher = (issue: IssueRecord) => boolean;

/** A compiled clause, and what testing it costs beside others. */
export interface Step {
  readonly test: Matcher;
  readonly cost: number;
}
