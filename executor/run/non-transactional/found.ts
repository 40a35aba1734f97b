import type { Pool } from 'pg';
import * as v from 'valibot';
import { IndexBefore, indexStates } from './index-state';
import { detachHolds, detachSeen, judgeDetach } from './judge-detach';
import { indexesHold, indexesSeen, judgeIndexes } from './judge-indexes';
import type { Judgement } from './judgement';
import { DetachBefore, partitionState } from './partition-state';

/** What was there before a statement that runs outside a transaction: its intent. */
export const Before = v.variant('kind', [IndexBefore, DetachBefore]);
export type Before = v.InferOutput<typeof Before>;

/** What is there now, judged. */
export interface Found {
  readonly judgement: Judgement;
  /** A statement that the server called successful has done what it says. */
  readonly holds: boolean;
  /** In words for a person. */
  readonly seen: string;
}

/** Looks at what is there now, with the login that approved SQL never has. */
export async function look(control: Pool, before: Before): Promise<Found> {
  if (before.kind === 'detach-partition') {
    const now = before.place === null ? null : await partitionState(control, before.place);
    return {
      judgement: judgeDetach(before, now),
      holds: detachHolds(before, now),
      seen: detachSeen(before, now),
    };
  }
  const now = before.place === null ? [] : await indexStates(control, before.place);
  return {
    judgement: judgeIndexes(before, now),
    holds: indexesHold(before, now),
    seen: indexesSeen(before, now),
  };
}
