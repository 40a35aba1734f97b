import kvs, { Filter, FilterConditions } from '@forge/kvs';
import * as v from 'valibot';
import { settingsDifferences } from '#core/settings/differences';
import type { Settings } from '#core/settings/settings';
import {
  chainProblem,
  emptySettingsHead,
  nextSettingsEvent,
  SettingsEvent,
  type SettingsHead,
} from '#core/settings/settings-event';
import type { SettingsExtras, SettingsStore } from '../app/ports';
import { reviewConfigKey } from './kvs-review-configs';
import {
  kvsSettingsReader,
  readSettingsRecord,
  settingsEntity,
  settingsKey,
  storedSettings,
  type SettingsRecord,
} from './kvs-settings';

/** Another writer won this often in a row only when something is wrong. */
const maxConflicts = 8;
/** Keys of one `batchGet`. Platform: 25. */
const batchSize = 25;

const eventKey = (seq: number): string => `settings-event:${seq}`;

/**
 * The settings with their ledger in Forge's key-value store: one transaction writes both, on the condition that nobody
 * wrote in between; on a conflict both are read again and `update` is asked again.
 */
export function kvsSettings(clock: () => number): SettingsStore {
  return {
    ...kvsSettingsReader,
    async change(by, update, extras) {
      for (let conflict = 0; conflict < maxConflicts; conflict += 1) {
        const record = await readSettingsRecord();
        const before = storedSettings(record);
        const after = update(before);
        if (JSON.stringify(after) === JSON.stringify(before)) return before;
        const differences = [...settingsDifferences(before, after), ...(extras?.differences ?? [])];
        const at = new Date(clock()).toISOString();
        const event =
          differences.length === 0
            ? undefined
            : await nextSettingsEvent(headOf(record), { ...by, at, differences });
        if (await write(record, after, event, extras)) return after;
      }
      throw new Error('the settings are being changed by somebody else all the time');
    },
    async history(before, limit) {
      const head = headOf(await readSettingsRecord());
      const newest = before === null ? head.seq : Math.min(head.seq, before - 1);
      const oldest = Math.max(1, newest - limit + 1);
      const events = await readEvents(oldest, newest);
      const following = newest < head.seq ? (await readEvents(newest + 1, newest + 1))[0] : undefined;
      const end = newest < head.seq ? { seq: newest, hash: following?.prev ?? '' } : head;
      const problem = newest < 1 ? null : await chainProblem(events, end);
      return { events: events.toReversed(), more: oldest > 1, problem };
    },
  };
}

/** Writes the settings and, if there is one, the event; false when somebody else wrote first. */
async function write(
  record: SettingsRecord | undefined,
  settings: Settings,
  event: SettingsEvent | undefined,
  extras: SettingsExtras | undefined,
): Promise<boolean> {
  const writer = crypto.randomUUID();
  const { seq, hash } = event ?? headOf(record);
  const next: SettingsRecord = { version: (record?.version ?? 0) + 1, seq, hash, writer, settings };
  const transaction = kvs.transact();
  transaction.set<SettingsRecord>(settingsKey, next, {
    entityName: settingsEntity,
    conditions: new Filter<SettingsRecord>().and(
      'version',
      // ⚠ As for the first event of a change: `notExists` on an absent entity is on the list of live checks.
      record === undefined ? FilterConditions.notExists() : FilterConditions.equalTo(record.version),
    ),
  });
  if (event) transaction.set(eventKey(event.seq), event);
  const config = extras?.reviewConfig;
  if (config) transaction.set(reviewConfigKey(config.digest), config.text);
  try {
    await transaction.execute();
    return true;
  } catch (error) {
    // Whatever failed, the record says what happened: ours (only the answer was lost), another's, or the old one.
    const now = await readSettingsRecord();
    if (now?.writer === writer) return true;
    if (now?.version !== record?.version) return false;
    throw error;
  }
}

function headOf(record: SettingsRecord | undefined): SettingsHead {
  return record === undefined ? emptySettingsHead : { seq: record.seq, hash: record.hash };
}

async function readEvents(oldest: number, newest: number): Promise<SettingsEvent[]> {
  const events: SettingsEvent[] = [];
  for (let start = oldest; start <= newest; start += batchSize) {
    const length = Math.min(batchSize, newest - start + 1);
    const items = Array.from({ length }, (_, index) => ({ key: eventKey(start + index) }));
    const { successfulKeys } = await kvs.batchGet<unknown>(items);
    events.push(...successfulKeys.map(({ value }) => v.parse(SettingsEvent, value)));
  }
  return events.sort((a, b) => a.seq - b.seq);
}
