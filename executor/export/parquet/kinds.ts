import type { SchemaElement } from 'hyparquet-writer';

/** How the values of a column stand in a Parquet file, and how they are read from COPY's binary format. */
export interface ParquetKind {
  /** Type that the COPY gives the column, as SQL. Null: PostgreSQL's text form of whatever it is. */
  readonly sqlType: string | null;
  readonly element: Omit<SchemaElement, 'name'>;
  /** Least and greatest value of each row group are noted: only where a value is a few bytes. */
  readonly statistics: boolean;
  /** False: a dictionary would take two values for one, such as 0 and -0. */
  readonly dictionary: boolean;
  /** @throws {UnfitValue} */
  readonly read: (bytes: Buffer, at: number, length: number) => unknown;
}

/** A value that has no exact place in its column. */
export class UnfitValue extends Error {}

/** Days and microseconds from 1970, where Parquet begins to count, to 2000, where PostgreSQL does. */
const epochDays = 10_957;
const epochMicros = 946_684_800_000_000n;
const [int4Min, int4Max] = [-(2 ** 31), 2 ** 31 - 1];
const [int8Min, int8Max] = [-(2n ** 63n), 2n ** 63n - 1n];

function wide(length: number, bytes: number): void {
  if (length !== bytes) throw new Error(`a value of ${length} bytes in place of ${bytes}`);
}

const kind = (
  sqlType: string | null,
  element: ParquetKind['element'],
  read: ParquetKind['read'],
  { statistics = true, dictionary = true } = {},
): ParquetKind => ({
  sqlType,
  element: { ...element, repetition_type: 'OPTIONAL' },
  read,
  statistics,
  dictionary,
});

/** Values of a fixed width. */
const fixed = (bytes: number, read: (from: Buffer, at: number) => unknown): ParquetKind['read'] => {
  return (from, at, length) => {
    wide(length, bytes);
    return read(from, at);
  };
};

function dateDays(from: Buffer, at: number): number {
  const days = from.readInt32BE(at);
  if (days === int4Max || days === int4Min) throw new UnfitValue('infinity is no date there');
  return days + epochDays;
}

function timestampMicros(from: Buffer, at: number): bigint {
  const micros = from.readBigInt64BE(at);
  if (micros === int8Max || micros === int8Min) throw new UnfitValue('infinity is no point in time there');
  if (micros > int8Max - epochMicros) throw new UnfitValue('its time ends in the year 294247');
  return micros + epochMicros;
}

const utf8 = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
/** The bytes lie where they lay: nothing is copied. */
const bytesAt: ParquetKind['read'] = (from, at, length) => from.subarray(at, at + length);
const noStatistics = { statistics: false };

/** Everything without a type of its own in Parquet, and what is masked: text, exactly as PostgreSQL prints it. */
const textForm = kind(null, utf8, bytesAt, noStatistics);

const timestamp = (isAdjustedToUTC: boolean) =>
  ({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } }) as const;

/** By the oid of the type in `pg_type`, which is the same in every database. */
const kinds: ReadonlyMap<number, ParquetKind> = new Map([
  [
    16,
    kind(
      'bool',
      { type: 'BOOLEAN' },
      fixed(1, (from, at) => from[at] === 1),
    ),
  ],
  [
    21,
    kind(
      'int2',
      // Not the logical INTEGER: `hyparquet-writer` writes its width as a number of 32 bits, which other readers refuse.
      { type: 'INT32', converted_type: 'INT_16' },
      fixed(2, (from, at) => from.readInt16BE(at)),
    ),
  ],
  [
    23,
    kind(
      'int4',
      { type: 'INT32' },
      fixed(4, (from, at) => from.readInt32BE(at)),
    ),
  ],
  [
    20,
    kind(
      'int8',
      { type: 'INT64' },
      fixed(8, (from, at) => from.readBigInt64BE(at)),
    ),
  ],
  [
    700,
    kind(
      'float4',
      { type: 'FLOAT' },
      fixed(4, (from, at) => from.readFloatBE(at)),
      { dictionary: false },
    ),
  ],
  [
    701,
    kind(
      'float8',
      { type: 'DOUBLE' },
      fixed(8, (from, at) => from.readDoubleBE(at)),
      { dictionary: false },
    ),
  ],
  [
    1082,
    kind(
      'date',
      { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
      fixed(4, dateDays),
    ),
  ],
  [1114, kind('"timestamp"', timestamp(false), fixed(8, timestampMicros))],
  [
    1184,
    kind(
      'timestamptz',
      { ...timestamp(true), converted_type: 'TIMESTAMP_MICROS' },
      fixed(8, timestampMicros),
    ),
  ],
  [17, kind('bytea', { type: 'BYTE_ARRAY' }, bytesAt, noStatistics)],
  [25, kind('text', utf8, bytesAt, noStatistics)],
  [1043, kind('"varchar"', utf8, bytesAt, noStatistics)],
  [1042, kind('bpchar', utf8, bytesAt, noStatistics)],
]);

/** The kind of a column, by its type as the server describes it. */
export function parquetKind({
  typeOid,
  masked,
}: {
  readonly typeOid: number;
  readonly masked: boolean;
}): ParquetKind {
  return masked ? textForm : (kinds.get(typeOid) ?? textForm);
}
