import type { ExportFormat } from '#core/protocol/export';
import type { ExportFile } from './export-file';
import { parquetRows } from './parquet/parquet-rows';
import type { RowWriter } from './row-writer';
import { csvHeader, type ExportColumn, ndjsonLines } from './wrap';

const nothing = (): void => undefined;

const writers: Readonly<
  Record<ExportFormat, (file: ExportFile, columns: readonly ExportColumn[]) => RowWriter>
> = {
  csv: (file, columns) => ({
    begin: () => file.plain(csvHeader(columns)),
    rows: (bytes, count) => file.rows(bytes, count),
    end: nothing,
  }),
  ndjson: (file) => ({
    begin: nothing,
    rows: (bytes, count) => file.rows(ndjsonLines(bytes), count),
    end: nothing,
  }),
  parquet: parquetRows,
};

/** What makes a file of `format` out of the rows of its COPY. */
export const formatWriter = (
  format: ExportFormat,
  file: ExportFile,
  columns: readonly ExportColumn[],
): RowWriter => writers[format](file, columns);
