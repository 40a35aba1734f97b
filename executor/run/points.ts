/** Named moments in the life of an order and of the process, at which a test may end the process. */
export type ExecutionPoint =
  /** The order is verified and would be accepted; nothing is stored. */
  | 'order-verified'
  | 'after-inbox'
  | 'after-claim'
  /** The session that will run it is open; with logins per execution, its login exists. */
  | 'after-login'
  | 'after-begin'
  | 'between-statements'
  | 'before-keep'
  | 'after-keep'
  | 'before-commit'
  /** COMMIT has left; its answer is not here. */
  | 'commit-sent'
  | 'after-commit'
  | 'before-final'
  /** What writes the final has left; its answer is not here. */
  | 'in-final'
  | 'after-final'
  /** It is witnessed that the receipt leaves; it has not left. */
  | 'before-post'
  /** The app has the receipt; that is not noted yet. */
  | 'after-post'
  | 'after-mark'
  /** The state database is open, what an earlier process left is not taken up. */
  | 'starting'
  /** It is taken up; no request is answered yet. */
  | 'recovering'
  | 'draining'
  /** Of a statement outside a transaction: its intent is in the ledger; it has run, and its row has no end yet. */
  | 'after-intent'
  | 'before-end';

/** Told that a point is reached; the work goes on when it has answered. */
export type AtPoint = (point: ExecutionPoint) => Promise<void> | void;
