import type { Connection } from 'pg';
import { spentPieces } from './spent-pieces';
import { type QueryTarget, type Settle, Submittable, submitQuery, type Wire } from '../postgres/submittable';

/** Takes the rows of a copy as they come. */
export interface RowSink {
  /** Some whole rows as they stand in the file, line ends included. The bytes are lent: they are gone when this returns. */
  rows(bytes: Buffer, count: number): void;
  /** Null: go on. Else nothing more is read until this resolves. */
  pressure(): Promise<void> | null;
}

/** First bytes of the server's messages (protocol-message-formats). */
const code = { copyData: 0x64, readyForQuery: 0x5a };
/** A message is its code, the length of the rest with the length itself (4 bytes, big-endian), and the rest. */
const headerBytes = 5;

/**
 * Reads the server's messages off the bytes of a socket: rows go to the sink, as many at once as a piece of the stream
 * holds; everything else is passed on as it came. The pieces are ours: rows are moved together inside them.
 */
class RowReader {
  /** Pieces of a message that is not whole yet, put together once: it may be as large as a value may be. */
  private begun: Buffer[] = [];
  private begunBytes = 0;
  private readonly sink: RowSink;
  private readonly other: (message: Buffer, last: boolean) => void;

  constructor(sink: RowSink, other: (message: Buffer, last: boolean) => void) {
    this.sink = sink;
    this.other = other;
  }

  /** Takes one piece. Stops after the message that says that the server is ready: what follows is passed on with it. */
  read(piece: Buffer): void {
    const [first] = this.begun;
    if (first === undefined || first.length < headerBytes) {
      this.begun = [];
      this.messages(first === undefined ? piece : Buffer.concat([first, piece]), 0);
      return;
    }
    const missing = 1 + first.readUInt32BE(1) - this.begunBytes;
    if (missing > piece.length) {
      this.begun.push(piece);
      this.begunBytes += piece.length;
      return;
    }
    const whole = Buffer.concat([...this.begun, piece.subarray(0, missing)]);
    this.begun = [];
    this.messages(whole, 0);
    this.messages(piece, missing);
  }

  private messages(bytes: Buffer, from: number): void {
    let at = from;
    let to = from;
    let count = 0;
    const flush = (): void => {
      if (count > 0) this.sink.rows(bytes.subarray(from, to), count);
      [count, to] = [0, from];
    };
    while (at + headerBytes <= bytes.length) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      if (bytes[at] === code.copyData) {
        const row = at + headerBytes;
        bytes.copyWithin(to, row, end);
        to += end - row;
        count += 1;
      } else {
        const last = bytes[at] === code.readyForQuery;
        flush();
        this.other(bytes.subarray(at, last ? bytes.length : end), last);
        if (last) return;
      }
      at = end;
    }
    flush();
    if (at === bytes.length) return;
    // A copy: a few bytes would keep the whole piece.
    this.begun = [Buffer.from(bytes.subarray(at))];
    this.begunBytes = bytes.length - at;
  }
}

type Listener = (bytes: Buffer) => void;

/**
 * `COPY … TO STDOUT` over the extended protocol, which takes one statement only. `pg` would make an object, an event and
 * a call of every row, so while the copy runs its reader gets everything but the rows.
 */
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

  override submit(connection: Connection): void {
    const { stream } = connection;
    const own = stream.listeners('data') as Listener[];
    const reader = new RowReader(this.sink, (message, last) => {
      if (last) {
        stream.off('data', listener);
        for (const one of own) stream.on('data', one);
      }
      for (const one of own) one(message);
    });
    const spent = spentPieces();
    const listener = (bytes: Buffer): void => {
      reader.read(bytes);
      spent(bytes.length);
      const pressure = this.held ? null : this.sink.pressure();
      if (pressure !== null) void this.hold(connection as unknown as Wire, pressure);
    };
    for (const one of own) stream.off('data', one);
    stream.on('data', listener);
    super.submit(connection);
  }

  protected write(wire: Wire): void {
    wire.parse({ text: this.text, name: '', types: [] });
    wire.bind({ portal: '', statement: '', values: [], binary: false });
    wire.execute({ portal: '', rows: 0 });
  }

  protected result(): void {
    // The sink has the rows.
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
