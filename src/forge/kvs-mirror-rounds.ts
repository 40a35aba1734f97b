import kvs, { WhereConditions } from '@forge/kvs';
import * as v from 'valibot';
import type { MirrorRounds } from '../app/ports';

const placeKey = 'mirror-round';
const Place = v.object({ cursor: v.nullable(v.string()) });

/** Remembers where the last page ended. The keys of all changes are listed by prefix; a page is one query. */
export const kvsMirrorRounds: MirrorRounds = {
  async next(limit, nowMs, pauseMs) {
    if (!(await claim(Math.floor(nowMs / pauseMs)))) return [];
    const stored = await kvs.get<unknown>(placeKey);
    const { cursor } = stored === undefined ? { cursor: null } : v.parse(Place, stored);
    let query = kvs.query().where('key', WhereConditions.beginsWith('key:')).limit(limit);
    if (cursor !== null) query = query.cursor(cursor);
    const { results, nextCursor } = await query.getMany<unknown>();
    await kvs.set(placeKey, { cursor: nextCursor ?? null });
    return results.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  },
};

/**
 * True for the first caller of a period. Schedules may be delivered twice, and two rounds over the same page would take
 * each other's half-written mirrors for edited ones.
 */
async function claim(period: number): Promise<boolean> {
  const key = `mirror-round:${period}`;
  if ((await kvs.get<unknown>(key)) !== undefined) return false;
  try {
    await kvs.set(key, true, { keyPolicy: 'FAIL_IF_EXISTS', ttl: { value: 1, unit: 'DAYS' } });
    return true;
  } catch {
    return false;
  }
}
