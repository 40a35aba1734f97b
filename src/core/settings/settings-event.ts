import * as v from 'valibot';
import { genesisHash } from '../change/ledger';
import { canonicalSha256 } from '../hash';
import { Sha256Hex, UtcTime } from '../protocol/claims';
import { SettingsDifference } from './differences';

/** One change of the settings: a link of a hash chain, like the events of a change. */
export const SettingsEvent = v.strictObject({
  v: v.literal(1),
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Hash of the event before; zeros for the first. */
  prev: Sha256Hex,
  at: UtcTime,
  /** accountId of the admin; `app` for what the app itself found out. */
  actor: v.string(),
  /** What was done, in words. */
  what: v.string(),
  differences: v.array(SettingsDifference),
  hash: Sha256Hex,
});
export type SettingsEvent = v.InferOutput<typeof SettingsEvent>;

/** Who changes the settings, and what they do, in words. */
export interface SettingsActor {
  /** accountId, or `app`. */
  readonly actor: string;
  readonly what: string;
}

/** The end of the chain; seq 0 when it is empty. */
export interface SettingsHead {
  readonly seq: number;
  readonly hash: string;
}

export const emptySettingsHead: SettingsHead = { seq: 0, hash: genesisHash };

/** Makes the event that follows `head`. */
export async function nextSettingsEvent(
  head: SettingsHead,
  entry: SettingsActor & { readonly at: string; readonly differences: readonly SettingsDifference[] },
): Promise<SettingsEvent> {
  const { at, actor, what, differences } = entry;
  const link = {
    v: 1 as const,
    seq: head.seq + 1,
    prev: head.hash,
    at,
    actor,
    what,
    differences: [...differences],
  };
  return { ...link, hash: await canonicalSha256(link) };
}

/**
 * Checks a stretch of the chain, oldest first.
 * @param end what follows the stretch says of its last event: the head, or the `prev` of the next event
 * @returns null when it holds, else where and how it is broken, in words
 */
export async function chainProblem(
  events: readonly SettingsEvent[],
  end: SettingsHead,
): Promise<string | null> {
  let last: SettingsHead | undefined = events[0]?.seq === 1 ? emptySettingsHead : undefined;
  for (const event of events) {
    const { hash, ...link } = event;
    if (last && event.seq !== last.seq + 1) return `Entry ${last.seq + 1} is missing.`;
    if (last && event.prev !== last.hash) return `Entry ${event.seq} does not follow the one before.`;
    if (hash !== (await canonicalSha256(link))) return `Entry ${event.seq} was altered.`;
    last = { seq: event.seq, hash };
  }
  const found = last ?? emptySettingsHead;
  if (found.seq !== end.seq) return `Entry ${end.seq} is missing.`;
  return found.hash === end.hash ? null : `Entry ${found.seq} is not the one that was written.`;
}
