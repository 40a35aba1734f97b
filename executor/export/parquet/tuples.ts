import { type ParquetKind, UnfitValue } from './kinds';

/** One column of some rows. */
export interface TupleColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  values: unknown[];
}

/** `PGCOPY\n`, a byte beyond ASCII, a line end of each kind and a zero: what is mangled on its way shows. */
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headBytes = signature.length + 8;
const endMark = -1;

/** Where the first row begins, behind the head of COPY's binary format. */
export function afterHead(bytes: Buffer): number {
  if (bytes.length < headBytes || !bytes.subarray(0, signature.length).equals(signature)) {
    throw new Error('this is not the binary format of COPY');
  }
  const flags = bytes.readInt32BE(signature.length);
  if (flags !== 0) throw new Error(`flags ${flags} in the binary format of COPY`);
  return headBytes + bytes.readInt32BE(headBytes - 4);
}

/**
 * Reads whole rows of COPY's binary format into the columns, up to its end mark.
 * @returns the rows, and whether the end mark came
 * @throws {UnfitValue} with the column's name
 */
export function readTuples(
  bytes: Buffer,
  from: number,
  columns: readonly TupleColumn[],
): { readonly rows: number; readonly ended: boolean } {
  let rows = 0;
  for (let at = from; at < bytes.length; rows += 1) {
    const fields = bytes.readInt16BE(at);
    at += 2;
    if (fields === endMark && at === bytes.length) return { rows, ended: true };
    if (fields !== columns.length) throw new Error(`a row of ${fields} fields in place of ${columns.length}`);
    for (const { name, kind, values } of columns) {
      const length = bytes.readInt32BE(at);
      at += 4;
      if (length < 0) values.push(null);
      else {
        if (at + length > bytes.length) throw new Error('a row that is cut off');
        values.push(readValue(name, kind, bytes, at, length));
        at += length;
      }
    }
  }
  return { rows, ended: false };
}

function readValue(name: string, kind: ParquetKind, bytes: Buffer, at: number, length: number): unknown {
  try {
    return kind.read(bytes, at, length);
  } catch (error) {
    if (!(error instanceof UnfitValue)) throw error;
    throw new UnfitValue(
      `A value of ${name} cannot be written exactly to Parquet: ${error.message}. Cast the column to text, or choose CSV.`,
    );
  }
}
