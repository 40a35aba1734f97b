import type { PoolClient } from 'pg';
import { type PartitionPlace, partitionState } from './partition-state';

/**
 * Ends a detachment whose first half is there: the second half of the approved statement, and nothing else. `client` is in
 * our own frame and has the approved role. FINALIZE goes by name; it is committed only when it was this partition that went.
 * @throws the server's error, after which nothing is changed, and Error when the connection fails
 */
export async function finalizeDetach(client: PoolClient, place: PartitionPlace): Promise<void> {
  const { parentPath, partitionPath } = await partitionState(client, place);
  if (parentPath === null || partitionPath === null) return;
  await client.query('begin isolation level read committed');
  await client.query(`alter table ${parentPath} detach partition ${partitionPath} finalize`);
  const { parents } = await partitionState(client, place);
  await client.query(parents.some(({ oid }) => oid === place.parent) ? 'rollback' : 'commit');
}
