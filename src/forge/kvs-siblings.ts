import kvs, { Filter, FilterConditions } from '@forge/kvs';
import * as v from 'valibot';
import type { Siblings } from '../app/ports';

/** Custom entity of the manifest: the copy of a change for another environment, made once. */
const entityName = 'sibling';

interface SiblingRecord {
  token: string;
  at: string;
  issue: unknown;
}

const Stored = v.object({
  token: v.string(),
  at: v.string(),
  issue: v.optional(v.nullable(v.object({ id: v.string(), key: v.string() })), null),
});

const holds = (token: string | null): ReturnType<Filter<SiblingRecord>['and']> =>
  new Filter<SiblingRecord>().and(
    'token',
    token === null ? FilterConditions.notExists() : FilterConditions.equalTo(token),
  );

/** Copies of changes in Forge's key-value store: who comes first makes the issue. */
export const kvsSiblings: Siblings = {
  async read(key) {
    const stored = await kvs.entity<SiblingRecord>(entityName).get(key);
    return stored === undefined ? undefined : v.parse(Stored, stored);
  },
  async claim(key, before, { token, at }) {
    const record = { token, at, issue: null };
    try {
      await kvs
        .transact()
        .set<SiblingRecord>(key, record, { entityName, conditions: holds(before) })
        .execute();
      return true;
    } catch (error) {
      // Whatever failed, the record says whose it is.
      const now = await kvsSiblings.read(key);
      if (now?.token === token) return true;
      if ((now?.token ?? null) !== before) return false;
      throw error;
    }
  },
  async finish(key, token, issue) {
    const record = { token, at: new Date().toISOString(), issue };
    await kvs
      .transact()
      .set<SiblingRecord>(key, record, { entityName, conditions: holds(token) })
      .execute();
  },
  async release(key, token) {
    await kvs
      .transact()
      .delete(key, { entityName, conditions: holds(token) })
      .execute();
  },
};
