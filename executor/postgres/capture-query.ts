import { type QueryTarget, type Settle, Submittable, submitQuery, type Wire } from './submittable';

/** A result column as the server describes it. */
export interface ServerColumn {
  readonly name: string;
  readonly typeOid: number;
  /** Table or view that the value comes from as it is; 0: it was computed. */
  readonly tableOid: number;
  /** Its column there; 0: the whole row. Negative: a system column. */
  readonly columnNumber: number;
}

/** A message of the server that describes the columns to come. */
export interface RowDescription {
  readonly fields: readonly { name: string; dataTypeID: number; tableID: number; columnID: number }[];
}

/** The columns of a description. */
export function serverColumns({ fields }: RowDescription): ServerColumn[] {
  return fields.map(({ name, dataTypeID, tableID, columnID }) => ({
    name,
    typeOid: dataTypeID,
    tableOid: tableID,
    columnNumber: columnID,
  }));
}

/** What one statement returned. */
export interface Captured {
  readonly columns: readonly ServerColumn[];
  /** Text form of the values, at most `maxRows` rows and `maxBytes` bytes. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly truncated: boolean;
  /** Command tag without counts; null for an empty statement or one that we stopped. */
  readonly command: string | null;
  /** Rows affected or returned. */
  readonly count: number | null;
}

/** What a capture keeps, and whether it may stop the statement when it has enough. */
export interface CaptureLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  /**
   * True only in a READ ONLY transaction. Elsewhere every row is fetched (and thrown away), because a function in the
   * select list of a later row may change something that was approved.
   */
  readonly stopWhenFull: boolean;
}

/** Rows asked for at a time while the rest of a result is thrown away. */
const drainRows = 10_000;

class Collector {
  columns: ServerColumn[] = [];
  rows: (string | null)[][] = [];
  truncated = false;
  seen = 0;
  bytes = 0;
  command: string | null = null;
  tagCount: number | null = null;
  readonly limits: CaptureLimits;

  constructor(limits: CaptureLimits) {
    this.limits = limits;
  }

  take(fields: readonly (string | null)[]): void {
    this.seen += 1;
    if (this.truncated) return;
    // What the row will weigh in the JSON body, with its comma.
    const weight = Buffer.byteLength(JSON.stringify(fields)) + 1;
    if (this.rows.length >= this.limits.maxRows || this.bytes + weight > this.limits.maxBytes) {
      this.truncated = true;
      return;
    }
    this.bytes += weight;
    this.rows.push([...fields]);
  }

  finish(tag: string): void {
    // `INSERT 0 5` has an oid before the count; `CREATE TABLE` has none.
    const [, command = tag, count] =
      /^(\D*?)(?: \d+)?(?: (\d+))?$/.exec(tag.replace(/^(\D*) (\d+)$/, '$1 0 $2')) ?? [];
    this.command = command;
    this.tagCount = count === undefined ? null : Number(count);
  }
}

/** One Parse–Bind–Describe–Execute–Sync, or an Execute–Sync that goes on with its portal. `pg` calls the handlers. */
class PortalQuery extends Submittable<boolean> {
  private suspended = false;
  private readonly collector: Collector;
  private readonly text: string | null;
  private readonly maxRows: number;

  constructor(collector: Collector, text: string | null, maxRows: number, settle: Settle<boolean>) {
    super(settle);
    this.collector = collector;
    this.text = text;
    this.maxRows = maxRows;
  }

  protected write(wire: Wire): void {
    if (this.text !== null) {
      // The extended protocol takes one statement only: a text with a second one is refused by the server.
      wire.parse({ text: this.text, name: '', types: [] });
      wire.bind({ portal: '', statement: '', values: [], binary: false });
      wire.describe({ type: 'P', name: '' });
    }
    wire.execute({ portal: '', rows: this.maxRows });
  }

  protected result(): boolean {
    return this.suspended;
  }

  handleRowDescription(message: RowDescription): void {
    this.collector.columns = serverColumns(message);
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    this.collector.take(message.fields);
  }

  handlePortalSuspended(): void {
    this.suspended = true;
  }

  handleCommandComplete(message: { text: string }): void {
    this.collector.finish(message.text);
  }

  handleEmptyQuery(): void {
    this.collector.command = null;
  }

  handleCopyInResponse(connection: { sendCopyFail(message: string): void }): void {
    connection.sendCopyFail('COPY is not allowed in a change');
  }

  handleCopyData(): void {
    // COPY TO STDOUT is refused before it runs; its data would be nobody's.
  }
}

/**
 * Runs one statement, exactly these bytes, over the extended protocol, and keeps at most `limits` of what it returns.
 * A result of any size needs the memory of what is kept.
 * @throws the server's error or a connection error
 */
export async function captureQuery(
  client: QueryTarget,
  text: string,
  limits: CaptureLimits,
): Promise<Captured> {
  const collector = new Collector(limits);
  const step = (sql: string | null, rows: number): Promise<boolean> =>
    submitQuery(client, (settle) => new PortalQuery(collector, sql, rows, settle));
  let suspended = await step(text, limits.maxRows + 1);
  while (suspended && !(limits.stopWhenFull && collector.truncated)) {
    suspended = await step(null, collector.truncated ? drainRows : limits.maxRows + 1);
  }
  const returnsRows = collector.columns.length > 0;
  return {
    columns: collector.columns,
    rows: collector.rows,
    truncated: collector.truncated,
    command: collector.command ?? (suspended ? 'SELECT' : null),
    // The tag of a command that returns rows counts its last fetch only.
    count: !returnsRows ? collector.tagCount : suspended ? collector.rows.length : collector.seen,
  };
}
