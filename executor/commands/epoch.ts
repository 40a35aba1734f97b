import type { Config } from '../config';
import { writeEpochRequest } from '../witness/epoch-request';
import { readWitness } from '../witness/slots';

/**
 * `executor epoch --new`: the receipt chain goes on in a new epoch, after the furthest receipt that was seen here. A
 * running executor begins it within seconds, a later start at once. Works without the network and the databases.
 * @throws Error when nothing was ever seen here, or the reason is empty, too long or of several lines
 */
export async function newEpoch(
  { stateDir }: Pick<Config, 'stateDir'>,
  reason: string,
  nowMs: number,
): Promise<string> {
  const seen = readWitness(stateDir);
  if (!seen) throw new Error('no receipt chain was ever seen here: there is nothing to go on from');
  await writeEpochRequest(stateDir, { reason, ends: { id: seen.id, epoch: seen.epoch }, nowMs });
  return `Asked for. The next epoch follows receipt ${seen.seq} of epoch ${seen.epoch}, or what the state database knows after it.
The executor logs "epoch-began" when it has begun; "executor check" shows where the chain stands.
`;
}
