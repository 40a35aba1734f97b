import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { ExportFile } from '../export-file';
import type { RowWriter } from '../row-writer';
import type { ExportColumn } from '../wrap';
import { parquetKind, UnfitValue } from './kinds';
import { afterHead, readTuples, type TupleColumn } from './tuples';

/** Rows that are written together, as COPY's bytes: they and their columns are all that is held. */
const groupBytes = 4 * 1_024 * 1_024;
/** With short rows a group ends here: each value is an object for a while. */
const groupRows = 16_384;
/** A longer row would be held several times over while its group is made. */
const maxRowBytes = 64 * 1_024 * 1_024;
/** The end of the file says of each column of each group where it lies, which is held until then. */
const maxChunks = 100_000;

/** Writes rows of COPY's binary format as Parquet: a row group at a time, and the footer at the end. */
export function parquetRows(file: ExportFile, columns: readonly ExportColumn[]): RowWriter {
  const writer = new ByteWriter(groupBytes);
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map((column) => ({ name: column.name, ...parquetKind(column).element })),
    ],
    createdBy: 'query-change (hyparquet-writer)',
  });
  const group = Buffer.allocUnsafe(groupBytes);
  let used = 0;
  let waiting = 0;
  // COPY's head comes with the first row, its end mark after the last: there is one piece more than there are rows.
  let counted = -1;
  let chunks = 0;
  let written = 0;
  let headed = false;
  let ended = false;

  const encode = (bytes: Buffer): void => {
    const tuples: TupleColumn[] = columns.map((column) => ({
      name: column.name,
      kind: parquetKind(column),
      values: [],
    }));
    const from = headed ? 0 : afterHead(bytes);
    headed = true;
    const read = readTuples(bytes, from, tuples);
    ended = read.ended;
    written += read.rows;
    if (read.rows === 0) return;
    chunks += columns.length;
    if (chunks > maxChunks) {
      file.fail({
        code: 'export-too-large',
        message: 'The result has too many columns for a Parquet file of its size: choose fewer, or CSV.',
      });
      return;
    }
    void parquet.write({
      columnData: tuples.map(({ name, kind, values }) => ({
        name,
        data: values,
        statistics: kind.statistics,
        offsetIndex: false,
        ...(kind.dictionary ? {} : { encoding: 'PLAIN' as const }),
      })),
      rowGroupSize: read.rows,
    });
  };
  const passOn = (): void => {
    file.plain(Buffer.from(writer.buffer, 0, writer.index));
    writer.index = 0;
  };
  /** A throw would end in the socket's listener, which is nobody's. */
  const attempt = (step: () => void): void => {
    if (file.problem !== null) return;
    try {
      step();
    } catch (error) {
      file.fail({
        code: 'export-not-exact',
        message: error instanceof UnfitValue ? error.message : 'The rows could not be written as Parquet.',
      });
    }
  };
  const writeGroup = (bytes: Buffer): void => {
    attempt(() => {
      encode(bytes);
      if (file.problem === null) passOn();
    });
    [used, waiting] = [0, 0];
  };

  return {
    begin() {
      // The first bytes go with the first group.
    },
    rows(bytes, count) {
      counted += count;
      file.count(counted === count - 1 ? count - 1 : count);
      if (file.problem !== null) return;
      if (bytes.length > maxRowBytes) {
        const message = `A row is larger than ${maxRowBytes} bytes, which only CSV and NDJSON take.`;
        file.fail({ code: 'export-too-large', message });
        return;
      }
      if (used > 0 && (used + bytes.length > group.length || waiting >= groupRows)) {
        writeGroup(group.subarray(0, used));
      }
      if (bytes.length > group.length) {
        // The bytes are lent, and are written before this returns.
        writeGroup(bytes);
        return;
      }
      bytes.copy(group, used);
      used += bytes.length;
      waiting += count;
    },
    end() {
      if (used > 0) writeGroup(group.subarray(0, used));
      attempt(() => {
        if (!ended || written !== counted) throw new Error('the rows are not whole');
        void parquet.finish();
        passOn();
      });
    },
  };
}
