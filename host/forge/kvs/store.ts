import * as v from 'valibot';
import type { Clock } from '../clock';

/** One stored value; `value` is JSON text, so that nobody shares an object with the store. */
export interface KvsRecord {
  readonly value: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly expireAt?: number;
}

/** Delays of the real store that tests can set. */
interface KvsTuning {
  /** Queries see the store as it was so long ago; gets are always current. */
  queryLagMs: number;
  /** Expired values stay readable until this long after their expiry (documented as up to 48 hours). */
  expirySweepMs: number;
}

interface Undo {
  readonly at: number;
  readonly space: string;
  readonly key: string;
  readonly previous: KvsRecord | undefined;
}

const SnapshotSchema = v.record(
  v.string(),
  v.record(
    v.string(),
    v.object({
      value: v.string(),
      createdAt: v.number(),
      updatedAt: v.number(),
      expireAt: v.optional(v.number()),
    }),
  ),
);

/** Spaces of keys: `kv`, `secret`, `entity/<name>`. */
export interface KvsStore {
  readonly tuning: KvsTuning;
  get(space: string, key: string): KvsRecord | undefined;
  put(space: string, key: string, value: string, expireAt: number | undefined): KvsRecord;
  remove(space: string, key: string): void;
  /** What a query sees: entries in key order, as of `queryLagMs` ago. */
  view(space: string): [string, KvsRecord][];
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
  /** Space names with their numbers of keys and bytes, for the inspector. */
  sizes(): Record<string, { keys: number; bytes: number }>;
}

const compareKeys = (a: string, b: string): number => Number(a > b) - Number(a < b);
const FORTY_EIGHT_HOURS = 48 * 60 * 60 * 1000;

/** Makes an empty store; `onChange` is called after every write. */
export function createKvsStore(clock: Clock, onChange: () => void = () => undefined): KvsStore {
  const spaces = new Map<string, Map<string, KvsRecord>>();
  const tuning: KvsTuning = { queryLagMs: 0, expirySweepMs: FORTY_EIGHT_HOURS };
  let undos: Undo[] = [];

  function space(name: string): Map<string, KvsRecord> {
    let map = spaces.get(name);
    if (map === undefined) spaces.set(name, (map = new Map<string, KvsRecord>()));
    return map;
  }

  function remember(name: string, key: string): void {
    const now = clock.now();
    undos = undos.filter((undo) => undo.at > now - tuning.queryLagMs);
    if (tuning.queryLagMs > 0)
      undos.push({ at: now, space: name, key, previous: spaces.get(name)?.get(key) });
  }

  function swept(record: KvsRecord): boolean {
    return record.expireAt !== undefined && record.expireAt + tuning.expirySweepMs <= clock.now();
  }

  function get(name: string, key: string): KvsRecord | undefined {
    const record = spaces.get(name)?.get(key);
    if (record === undefined || !swept(record)) return record;
    spaces.get(name)?.delete(key);
    return undefined;
  }

  return {
    tuning,
    get,
    put(name, key, value, expireAt) {
      const now = clock.now();
      const createdAt = get(name, key)?.createdAt ?? now;
      remember(name, key);
      const record = { value, createdAt, updatedAt: now, ...(expireAt === undefined ? {} : { expireAt }) };
      space(name).set(key, record);
      onChange();
      return record;
    },
    remove(name, key) {
      remember(name, key);
      spaces.get(name)?.delete(key);
      onChange();
    },
    view(name) {
      const seen = new Map(spaces.get(name));
      const horizon = clock.now() - tuning.queryLagMs;
      for (const undo of undos.toReversed()) {
        if (undo.space !== name || undo.at <= horizon) continue;
        if (undo.previous === undefined) seen.delete(undo.key);
        else seen.set(undo.key, undo.previous);
      }
      return [...seen].filter(([, record]) => !swept(record)).sort(([a], [b]) => compareKeys(a, b));
    },
    snapshot: () => Object.fromEntries([...spaces].map(([name, map]) => [name, Object.fromEntries(map)])),
    restore(state) {
      spaces.clear();
      undos = [];
      for (const [name, entries] of Object.entries(v.parse(SnapshotSchema, state))) {
        const map = space(name);
        for (const [key, { expireAt, ...record }] of Object.entries(entries)) {
          map.set(key, expireAt === undefined ? record : { ...record, expireAt });
        }
      }
    },
    clear() {
      spaces.clear();
      undos = [];
      onChange();
    },
    sizes: () =>
      Object.fromEntries(
        [...spaces].map(([name, map]) => [
          name,
          {
            keys: map.size,
            bytes: [...map.values()].reduce((sum, record) => sum + Buffer.byteLength(record.value), 0),
          },
        ]),
      ),
  };
}
