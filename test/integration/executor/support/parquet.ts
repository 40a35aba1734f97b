import { parquetMetadata, parquetReadObjects } from 'hyparquet';

/** What stands in a Parquet file, value by value, with nothing made of it that could hide a difference. */
export interface ReadParquet {
  readonly metadata: ReturnType<typeof parquetMetadata>;
  readonly rows: readonly Record<string, unknown>[];
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a file back: times as microseconds, dates as days since 1970, bytes as bytes. */
export async function readParquet(bytes: Buffer): Promise<ReadParquet> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const rows = await parquetReadObjects({
    file,
    metadata,
    utf8: false,
    parsers: {
      timestampFromMicroseconds: (micros: unknown) => micros,
      dateFromDays: (days: unknown) => days,
      stringFromBytes: (value: Uint8Array | undefined) => value && decoder.decode(value),
    },
  });
  return { metadata, rows };
}
