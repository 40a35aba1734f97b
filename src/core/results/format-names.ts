import type { ExportFormat } from '#core/protocol/export';

/** File formats as people write them. */
export const formatNames: Readonly<Record<ExportFormat, string>> = {
  csv: 'CSV',
  ndjson: 'NDJSON',
  parquet: 'Parquet',
};
