import type { Connection, DatabaseError } from 'pg';

/** The messages of `pg`'s connection that an extended-protocol query sends, and the socket that it may hold back. */
export interface Wire {
  stream: { cork?(): void; uncork?(): void; pause(): void; resume(): void };
  parse(query: { text: string; name: string; types: number[] }): void;
  bind(config: { portal: string; statement: string; values: readonly unknown[]; binary: boolean }): void;
  describe(target: { type: 'P' | 'S'; name: string }): void;
  execute(config: { portal: string; rows: number }): void;
  close(target: { type: 'P'; name: string }): void;
  sync(): void;
}

/** Where the end of a query goes. */
export interface Settle<T> {
  done(value: T): void;
  fail(error: Error): void;
}

/** The part of a `pg` client that takes a query of our own. */
export interface QueryTarget {
  query(submittable: { submit(connection: Connection): void }): unknown;
}

/** Some messages and one Sync. It ends when the server is ready again, or with the first error. `pg` calls the handlers. */
export abstract class Submittable<T> {
  // pg sets it when the pool has a limit for answers, and counts the time until it is called.
  callback?: (error?: Error) => void;
  private failure: Error | null = null;
  private readonly settle: Settle<T>;

  constructor(settle: Settle<T>) {
    this.settle = settle;
  }

  /** Sends everything but the Sync. */
  protected abstract write(wire: Wire): void;

  /** What the query came to, once the server is ready again. */
  protected abstract result(): T;

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    wire.stream.cork?.();
    this.write(wire);
    wire.sync();
    wire.stream.uncork?.();
  }

  handleError(error: DatabaseError | Error): void {
    this.failure = error;
    this.callback?.();
    this.settle.fail(error);
  }

  handleReadyForQuery(): void {
    this.callback?.();
    if (!this.failure) this.settle.done(this.result());
  }
}

/**
 * Runs one query of our own.
 * @throws the server's error or a connection error
 */
export async function submitQuery<T>(
  client: QueryTarget,
  make: (settle: Settle<T>) => Submittable<T>,
): Promise<T> {
  return new Promise((done, fail) => {
    client.query(make({ done, fail }));
  });
}
