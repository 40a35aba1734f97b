import type { Judgement } from './judgement';
import type { DetachBefore, PartitionState } from './partition-state';

type Link = 'attached' | 'pending' | 'none';

/** How the partition hangs on the parent of the statement. */
function linkTo(parent: string, { parents }: PartitionState): Link {
  const link = parents.find(({ oid }) => oid === parent);
  if (!link) return 'none';
  return link.pending ? 'pending' : 'attached';
}

/** Compares what was there before DETACH PARTITION CONCURRENTLY with what is there now. */
export function judgeDetach({ place, was }: DetachBefore, now: PartitionState | null): Judgement {
  if (!place || !was || !now) return { is: 'untouched' };
  const before = linkTo(place.parent, was);
  const after = linkTo(place.parent, now);
  const same = before === after && now.bounds === was.bounds && now.parents.length === was.parents.length;
  // PostgreSQL refuses to detach what is being detached: so somebody else's half is not ours to end.
  if (before === 'pending') return { is: same ? 'pending-before' : 'other' };
  if (same && now.partitionPath !== null) return { is: 'untouched' };
  if (before === 'none' || now.partitionPath === null) return { is: 'other' };
  if (after === 'pending') return { is: now.bounds === was.bounds ? 'half-detached' : 'other' };
  return { is: after === 'none' && now.parents.length === 0 ? 'done' : 'other' };
}

/** Whether a DETACH that the server called successful has done what it says. */
export function detachHolds(before: DetachBefore, now: PartitionState | null): boolean {
  return before.place ? judgeDetach(before, now).is === 'done' : before.ifExists;
}

const words: Readonly<Record<Link, string>> = {
  attached: 'attached',
  pending: 'half detached (pending; FINALIZE ends it)',
  none: 'not attached',
};

/** What the probe saw, in words for a person. */
export function detachSeen({ place, was }: DetachBefore, now: PartitionState | null): string {
  if (!place || !was || !now) return 'the partition or its parent was not there before';
  const what = `${was.partitionPath ?? 'the partition'} of ${was.parentPath ?? 'its parent'}`;
  const before = words[linkTo(place.parent, was)];
  if (now.partitionPath === null) return `${what} was ${before} before and now is dropped`;
  const after = linkTo(place.parent, now);
  const elsewhere = after === 'none' && now.parents.length > 0 ? ', but attached to another table' : '';
  const bounds = after === 'attached' && now.bounds !== was.bounds ? ', with other bounds' : '';
  return `${what} was ${before} before and now is ${words[after]}${elsewhere}${bounds}`.slice(0, 350);
}
