import { canonicalSha256 } from '../hash';
import { refuse, ok, type Result } from '../result';
import type { ChangeEventBody, LedgerEvent } from './event';

/** `prev` of the first event. */
export const genesisHash = '0'.repeat(64);

/** The end of a chain; seq 0 when it is empty. */
export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
}

export const emptyHead: LedgerHead = { seq: 0, hash: genesisHash };

/** Makes the event that follows `head`. */
export async function nextEvent(
  head: LedgerHead,
  entry: { issueId: string; at: string; actor: string; body: ChangeEventBody },
): Promise<LedgerEvent> {
  const link = { v: 1 as const, ...entry, seq: head.seq + 1, prev: head.hash };
  return { ...link, hash: await canonicalSha256(link) };
}

/** Where and how a chain is broken. */
export interface ChainBreak {
  readonly seq: number;
  readonly message: string;
}

/** Checks a whole chain, from its first event to `head`. */
export async function verifyChain(
  issueId: string,
  head: LedgerHead,
  events: readonly LedgerEvent[],
): Promise<Result<void, ChainBreak>> {
  let last = emptyHead;
  for (const event of events) {
    const { hash, ...link } = event;
    const seq = last.seq + 1;
    if (event.issueId !== issueId) return refuse({ seq, message: 'event belongs to another issue' });
    if (event.seq !== seq) return refuse({ seq, message: 'sequence number is out of order' });
    if (event.prev !== last.hash) return refuse({ seq, message: 'event does not follow the one before' });
    if (hash !== (await canonicalSha256(link))) return refuse({ seq, message: 'event was altered' });
    last = { seq, hash };
  }
  if (last.seq !== head.seq || last.hash !== head.hash) {
    return refuse({ seq: head.seq, message: 'head does not match the last event' });
  }
  return ok(undefined);
}
