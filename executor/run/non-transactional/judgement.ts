import type { IndexState } from './index-state';

/** What the database shows of a statement that was to run outside a transaction. */
export type Judgement =
  /** As it was before; also where nothing can be seen, as after VACUUM. */
  | { readonly is: 'untouched' }
  /** It was not so before, and is now what the statement makes. */
  | { readonly is: 'done' }
  /** What a statement that was ended leaves: indexes that are not valid, which nobody uses. */
  | { readonly is: 'leftover'; readonly indexes: readonly IndexState[] }
  /** An index on its way out: it can be dropped again. */
  | { readonly is: 'half-dropped' }
  /** A partition on its way out: queries leave it out already, and FINALIZE is all that can be done with it. */
  | { readonly is: 'half-detached' }
  /** The partition was on its way out before, and still is: that is somebody else's. */
  | { readonly is: 'pending-before' }
  | { readonly is: 'other' };
