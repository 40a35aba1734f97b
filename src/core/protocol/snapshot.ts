import * as v from 'valibot';
import { canonicalSha256 } from '../hash';
import { SchemaSnapshot } from '../sql/facts/schema-snapshot';
import { ConnectionKey, Sha256Hex, UtcTime } from './claims';

/** Where the executor tells the structure of a connection's database. */
export const snapshotPath = '/v1/snapshots';

/** JSON text of a snapshot at most, UTF-8 bytes. Ours: some 1,000 tables; what matters less is left out. */
export const maxSnapshotBytes = 1024 * 1024;

/**
 * Body of `POST /v1/snapshots`. The executor reads catalogues and runs nothing that anybody wrote, so this is allowed
 * before anybody has approved, also on a protected connection.
 */
export const SnapshotRequest = v.strictObject({
  connection: ConnectionKey,
  /** Digest of the snapshot that the app has already; then an unchanged one is not sent again. */
  known: v.nullable(Sha256Hex),
});
export type SnapshotRequest = v.InferOutput<typeof SnapshotRequest>;

/** 200 of `POST /v1/snapshots`. */
export const SnapshotReply = v.strictObject({
  /** SHA-256 over the RFC 8785 JSON of the snapshot. */
  digest: Sha256Hex,
  /** When the catalogues were read, by the executor's clock. */
  takenAt: UtcTime,
  /** Null: its digest is the one that is known. */
  snapshot: v.nullable(SchemaSnapshot),
});
export type SnapshotReply = v.InferOutput<typeof SnapshotReply>;

/** What names a snapshot: the same structure has the same digest wherever it was read. */
export const snapshotDigest = async (snapshot: SchemaSnapshot): Promise<string> => canonicalSha256(snapshot);
