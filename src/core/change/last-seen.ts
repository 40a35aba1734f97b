import type { ChangeEventBody } from './event';

/** A revision that somebody decided about, before the one that stands now. */
export interface Seen {
  readonly revision: number;
  /** What the viewer said of it; null: nothing, it is only the one before. */
  readonly decision: 'approved' | 'asked for changes' | 'rejected' | null;
  readonly at: string | null;
}

interface Said {
  readonly actor: string;
  readonly at: string;
  readonly body: ChangeEventBody;
}

/**
 * The revision with which a viewer compares the one that stands: the last earlier one that they decided about, else the
 * one before. Null when there is no earlier one.
 */
export function lastSeen(events: readonly Said[], viewer: string): Seen | null {
  const numbers = new Map<string, number>();
  let current = 0;
  const seen: Seen[] = [];
  for (const { actor, at, body } of events) {
    if (body.type === 'submitted') {
      current = body.revision;
      numbers.set(body.digest, body.revision);
    }
    if (actor !== viewer) continue;
    if (body.type === 'voted')
      seen.push({ revision: numbers.get(body.digest) ?? current, decision: 'approved', at });
    if (body.type === 'changes-requested')
      seen.push({ revision: current, decision: 'asked for changes', at });
    if (body.type === 'rejected') seen.push({ revision: current, decision: 'rejected', at });
  }
  if (current < 2) return null;
  const last = seen.findLast(({ revision }) => revision < current);
  return last ?? { revision: current - 1, decision: null, at: null };
}
