import type { PoolClient } from 'pg';
import { type QueryTarget, type Settle, Submittable, submitQuery, type Wire } from '../postgres/submittable';

type Row = readonly (string | null)[];

/** Some messages whose rows are handed over as they come; true when a portal holds more of them. */
class Step extends Submittable<boolean> {
  private suspended = false;
  protected readonly write: (wire: Wire) => void;
  private readonly row: (row: Row) => void;

  constructor(write: (wire: Wire) => void, row: (row: Row) => void, settle: Settle<boolean>) {
    super(settle);
    this.write = write;
    this.row = row;
  }

  protected result(): boolean {
    return this.suspended;
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
}

const step = (client: PoolClient, write: (wire: Wire) => void, row: (row: Row) => void): Promise<boolean> =>
  submitQuery(client as unknown as QueryTarget, (settle) => new Step(write, row, settle));

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
