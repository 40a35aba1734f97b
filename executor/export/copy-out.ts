import type { Connection } from 'pg';
import { type QueryTarget, type Settle, Submittable, submitQuery, type Wire } from '../postgres/submittable';

/** Takes the rows of a copy as they come. */
export interface RowSink {
  /** One row as it stands in the file, its line end included. The bytes are lent: they are gone when this returns. */
  row(bytes: Buffer): void;
  /** Null: go on. Else nothing more is read until this resolves. */
  pressure(): Promise<void> | null;
}

/** `COPY … TO STDOUT` over the extended protocol, which takes one statement only. `pg` calls the handlers. */
class CopyOutQuery extends Submittable<void> {
  /** Longer than any copy may take: the statement's own timeout and the watchdog end it. */
  readonly query_timeout: number;
  private held = false;
  private readonly text: string;
  private readonly sink: RowSink;

  constructor(text: string, sink: RowSink, silentForMs: number, settle: Settle<void>) {
    super(settle);
    this.text = text;
    this.sink = sink;
    this.query_timeout = silentForMs;
  }

  protected write(wire: Wire): void {
    wire.parse({ text: this.text, name: '', types: [] });
    wire.bind({ portal: '', statement: '', values: [], binary: false });
    wire.execute({ portal: '', rows: 0 });
  }

  protected result(): void {
    // The sink has the rows.
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
}

/**
 * Runs one `COPY … TO STDOUT`, and gives its rows to `sink` in bounded memory.
 * @throws the server's error or a connection error
 */
export async function copyOut(
  client: QueryTarget,
  text: string,
  sink: RowSink,
  silentForMs: number,
): Promise<void> {
  return submitQuery(client, (settle) => new CopyOutQuery(text, sink, silentForMs, settle));
}
