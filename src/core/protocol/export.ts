import * as v from 'valibot';
import { AccountId, Sha256Hex, UtcTime } from './claims';

/** File formats of an export. */
export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;
export const ExportFormat = v.picklist(exportFormats);
export type ExportFormat = v.InferOutput<typeof ExportFormat>;

/** Where the app asks for a link to the file of an execution. */
export const exportLinksPath = (jti: string): string => `/v1/exports/${jti}/links`;
/** Where a browser fetches a file, once; the only path but health that takes unsigned requests. */
export const downloadPath = (token: string): string => `/v1/downloads/${token}`;

/** Body of `POST /v1/exports/{jti}/links`: for whom the link is, whom the app has checked just now. */
export const ExportLinkRequest = v.strictObject({ accountId: AccountId });

/** 200 of `POST /v1/exports/{jti}/links`. The link works once, for at most five minutes. */
export const ExportLinkReply = v.strictObject({ url: v.pipe(v.string(), v.url()), expiresAt: UtcTime });
export type ExportLinkReply = v.InferOutput<typeof ExportLinkReply>;

/** What a connection does with results that go to files. */
export const ExportOffer = v.strictObject({
  /** A larger file, or one with more rows, is not written: the change fails. */
  maxBytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxRows: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** How long a file is kept. */
  keepHours: v.pipe(v.number(), v.minValue(0)),
});
export type ExportOffer = v.InferOutput<typeof ExportOffer>;

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a receipt says of the file that a result was written to. */
export const ExportClaim = v.strictObject({
  format: ExportFormat,
  sha256: Sha256Hex,
  bytes: Count,
  rows: Count,
  /** Names of the columns whose values were masked. */
  masked: v.array(v.string()),
  expiresAt: UtcTime,
});
