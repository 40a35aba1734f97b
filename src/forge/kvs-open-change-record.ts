/** Custom entity of the manifest: one record per change that may still run, found by its connection. */
export const openChangeEntity = 'open-change';

/** The record as stored, under the issue id. It says where to look; what a change does there says its own head. */
export interface OpenChangeRecord {
  connection: string;
  since: string;
  issueId: string;
  issueKey: string;
  /** Names of the tables that it touches, without their schemas; null when not all are known. */
  tables: readonly string[] | null;
}
