import type { PoolClient } from 'pg';

/** One attempt at an order, as far as the database is to know it. */
export interface Execution {
  readonly jti: string;
  /** Claim of a worker, from 1. */
  readonly attempt: number;
  /** Seconds since 1970 after which nothing of it may run. */
  readonly endBy: number;
  /** The text, as far as it shows, leaves nothing in the session that runs it. */
  readonly leavesNothing: boolean;
}

/** What a session is for: running the approved text, or asking its verification again after COMMIT. */
export type Purpose = 'run' | 'verify';

/** In which state a session is handed back. */
type SessionEnd =
  /** Its transaction has ended. */
  | 'ended'
  /** Its transaction may be open: roll back. */
  | 'open'
  /** The connection failed, or a cancel may still arrive: nobody may use it again. */
  | 'broken';

/** A database session that serves one execution, and nobody else as long as it does. */
export interface Session {
  readonly client: PoolClient;
  /** Our own statements that the first message in it must begin with; nothing else may run before they have. */
  readonly preamble: readonly string[];
  /**
   * Resolves when nobody else can come in with this session's login; rejects when it was fenced. Approved text waits for
   * it.
   */
  readonly sealed: Promise<void>;
  /** Hands the session back, off the caller's critical path. Never throws; only the first call counts. */
  end(how: SessionEnd): void;
}

/** Where the sessions of a connection come from, and how one that was lost is put an end to. */
export interface Sessions {
  /**
   * Opens a session for an execution. What an earlier attempt of it left is gone before this resolves, where that can be
   * proven.
   * @throws Error when the database is away or refuses
   */
  open(execution: Execution, purpose: Purpose): Promise<Session>;
  /**
   * Makes sure that no session of this attempt, nor of an earlier one of the same order, is left, and that none can come
   * any more. `gone` is proven; `unprovable` where executions share a login.
   * @throws Error when the database is away, or a session does not end
   */
  fence(execution: Pick<Execution, 'jti' | 'attempt'>): Promise<'gone' | 'unprovable'>;
  /** Opens what the first order would wait for. */
  warm(): Promise<void>;
  /** Logins of killed executors: removed since the start, and still there although they should not be. */
  leftovers(): { readonly swept: number; readonly left: number };
  close(): Promise<void>;
}
