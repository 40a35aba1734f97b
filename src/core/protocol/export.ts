import * as v from 'valibot';

/** File formats of an export. */
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;
export const ExportFormat = v.picklist(exportFormats);
export type ExportFormat = v.InferOutput<typeof ExportFormat>;
