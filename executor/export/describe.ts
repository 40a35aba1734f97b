import type { Connection, DatabaseError, PoolClient } from 'pg';
import { type RowDescription, type ServerColumn, serverColumns } from '../postgres/capture-query';

/** The messages of `pg`'s connection that a description needs. */
interface Wire {
  parse(query: { text: string; name: string; types: number[] }): void;
  describe(target: { type: 'S'; name: string }): void;
  sync(): void;
}

class DescribeQuery {
  callback?: (error?: Error) => void;
  private columns: readonly ServerColumn[] = [];
  private failure: Error | null = null;
  private readonly text: string;
  private readonly settle: { done(columns: readonly ServerColumn[]): void; fail(error: Error): void };

  constructor(
    text: string,
    settle: { done(columns: readonly ServerColumn[]): void; fail(error: Error): void },
  ) {
    this.text = text;
    this.settle = settle;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    wire.parse({ text: this.text, name: '', types: [] });
    wire.describe({ type: 'S', name: '' });
    wire.sync();
  }

  handleRowDescription(message: RowDescription): void {
    this.columns = serverColumns(message);
  }

  handleError(error: DatabaseError | Error): void {
    this.failure = error;
    this.callback?.();
    this.settle.fail(error);
  }

  handleReadyForQuery(): void {
    this.callback?.();
    if (!this.failure) this.settle.done(this.columns);
  }
}

/**
 * The columns that one statement, exactly these bytes, would return. It is analysed and not run.
 * @throws the server's error or a connection error
 */
export async function describeQuery(client: PoolClient, text: string): Promise<readonly ServerColumn[]> {
  return new Promise((done, fail) => {
    const query = new DescribeQuery(text, { done, fail });
    (client.query as (submittable: DescribeQuery) => unknown)(query);
  });
}
