import type { Connection, DatabaseError } from 'pg';

/** The messages of `pg`'s connection that a copy sends, and the socket that it holds back. */
interface Wire {
  stream: { cork?(): void; uncork?(): void; pause(): void; resume(): void };
  parse(query: { text: string; name: string; types: number[] }): void;
  bind(config: { portal: string; statement: string; values: unknown[]; binary: boolean }): void;
  execute(config: { portal: string; rows: number }): void;
  sync(): void;
}

/** Takes the rows of a copy as they come. */
export interface RowSink {
  /** One row as it stands in the file, its line end included. The bytes are lent: they are gone when this returns. */
  row(bytes: Buffer): void;
  /** Null: go on. Else nothing more is read until this resolves. */
  pressure(): Promise<void> | null;
}

/** `COPY … TO STDOUT` over the extended protocol, which takes one statement only. `pg` calls the handlers. */
class CopyOutQuery {
  callback?: (error?: Error) => void;
  /** Longer than any copy may take: the statement's own timeout and the watchdog end it. */
  readonly query_timeout: number;
  private failure: Error | null = null;
  private held = false;
  private readonly text: string;
  private readonly sink: RowSink;
  private readonly settle: { done(): void; fail(error: Error): void };

  constructor(
    text: string,
    sink: RowSink,
    silentForMs: number,
    settle: { done(): void; fail(error: Error): void },
  ) {
    this.text = text;
    this.sink = sink;
    this.query_timeout = silentForMs;
    this.settle = settle;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    wire.stream.cork?.();
    wire.parse({ text: this.text, name: '', types: [] });
    wire.bind({ portal: '', statement: '', values: [], binary: false });
    wire.execute({ portal: '', rows: 0 });
    wire.sync();
    wire.stream.uncork?.();
  }

  // In copy-out mode the server sends each row as one message (protocol-flow, "COPY Operations").
  handleCopyData(message: { chunk: Buffer }, connection: Connection): void {
    this.sink.row(message.chunk);
    const pressure = this.held ? null : this.sink.pressure();
    if (pressure === null) return;
    void this.hold(connection as unknown as Wire, pressure);
  }

  private async hold({ stream }: Wire, pressure: Promise<void>): Promise<void> {
    this.held = true;
    stream.pause();
    await pressure;
    this.held = false;
    stream.resume();
  }

  handleCommandComplete(): void {
    // The rows were counted as they came.
  }

  handleError(error: DatabaseError | Error): void {
    this.failure = error;
    this.callback?.();
    this.settle.fail(error);
  }

  handleReadyForQuery(): void {
    this.callback?.();
    if (!this.failure) this.settle.done();
  }
}

/** The part of a `pg` client that a copy needs. */
interface CopyTarget {
  query(submittable: { submit(connection: Connection): void }): unknown;
}

/**
 * Runs one `COPY … TO STDOUT`, and gives its rows to `sink` in bounded memory.
 * @throws the server's error or a connection error
 */
export async function copyOut(
  client: CopyTarget,
  text: string,
  sink: RowSink,
  silentForMs: number,
): Promise<void> {
  return new Promise((done, fail) => {
    client.query(new CopyOutQuery(text, sink, silentForMs, { done, fail }));
  });
}
