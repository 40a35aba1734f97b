import type { Connection, DatabaseError, PoolClient } from 'pg';

/** The messages of `pg`'s connection that reading and writing in steps needs. */
interface Wire {
  stream: { cork?(): void; uncork?(): void };
  parse(query: { text: string; name: string; types: number[] }): void;
  bind(config: { portal: string; statement: string; values: readonly string[]; binary: boolean }): void;
  execute(config: { portal: string; rows: number }): void;
  close(target: { type: 'P'; name: string }): void;
  sync(): void;
}

type Row = readonly (string | null)[];

/** Sends some messages and one Sync; resolves when the server is ready again. `pg` calls the handlers. */
class Step {
  // pg sets it when the pool has a limit for answers, and counts the time until it is called.
  callback?: (error?: Error) => void;
  private failure: Error | null = null;
  private suspended = false;
  private readonly write: (wire: Wire) => void;
  private readonly row: (row: Row) => void;
  private readonly settle: { done(suspended: boolean): void; fail(error: Error): void };

  constructor(
    write: (wire: Wire) => void,
    row: (row: Row) => void,
    settle: { done(suspended: boolean): void; fail(error: Error): void },
  ) {
    this.write = write;
    this.row = row;
    this.settle = settle;
  }

  submit(connection: Connection): void {
    const wire = connection as unknown as Wire;
    wire.stream.cork?.();
    this.write(wire);
    wire.sync();
    wire.stream.uncork?.();
  }

  handleDataRow(message: { fields: Row }): void {
    this.row(message.fields);
  }

  handlePortalSuspended(): void {
    this.suspended = true;
  }

  handleCommandComplete(): void {
    // What it did is told by the rows that it returned.
  }

  handleError(error: DatabaseError | Error): void {
    this.failure = error;
    this.callback?.();
    this.settle.fail(error);
  }

  handleReadyForQuery(): void {
    this.callback?.();
    if (!this.failure) this.settle.done(this.suspended);
  }
}

const step = (client: PoolClient, write: (wire: Wire) => void, row: (row: Row) => void): Promise<boolean> =>
  new Promise((done, fail) => {
    const submittable = new Step(write, row, { done, fail });
    (client as unknown as { query(submittable: Step): void }).query(submittable);
  });

const portal = 'querychange_kept';
const rowsAtOnce = 500;

/**
 * Runs one statement, exactly this text, and hands over its rows as they come. Between two fetches `pause` may send
 * queries of its own: the portal stays open.
 * @throws the server's error or a connection error
 */
export async function streamRows(
  client: PoolClient,
  text: string,
  row: (row: Row) => void,
  pause: () => Promise<void>,
): Promise<void> {
  let suspended = await step(
    client,
    (wire) => {
      wire.parse({ text, name: '', types: [] });
      wire.bind({ portal, statement: '', values: [], binary: false });
      wire.execute({ portal, rows: rowsAtOnce });
    },
    row,
  );
  await pause();
  while (suspended) {
    suspended = await step(client, (wire) => wire.execute({ portal, rows: rowsAtOnce }), row);
    await pause();
  }
  await step(client, (wire) => wire.close({ type: 'P', name: portal }), row);
}

/**
 * Runs one statement once for each list of values, in their order, in one round trip. Every run is a statement of its
 * own for the server.
 * @throws the server's error or a connection error
 */
export async function runForEach(
  client: PoolClient,
  text: string,
  lists: readonly (readonly string[])[],
  row: (row: Row) => void,
): Promise<void> {
  await step(
    client,
    (wire) => {
      wire.parse({ text, name: '', types: [] });
      for (const values of lists) {
        wire.bind({ portal: '', statement: '', values, binary: false });
        wire.execute({ portal: '', rows: 0 });
      }
    },
    row,
  );
}
