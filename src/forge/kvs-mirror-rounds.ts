import kvs, { WhereConditions } from '@forge/kvs';
import * as v from 'valibot';
import type { MirrorRounds } from '../app/ports';

const placeKey = 'mirror-round';
const Place = v.object({ cursor: v.nullable(v.string()), at: v.number() });

/** Remembers where the last page ended. The keys of all changes are listed by prefix; a page is one query. */
export const kvsMirrorRounds: MirrorRounds = {
  async next(limit, nowMs, pauseMs) {
    const stored = await kvs.get<unknown>(placeKey);
    const place = stored === undefined ? { cursor: null, at: 0 } : v.parse(Place, stored);
    if (nowMs - place.at < pauseMs) return [];
    let query = kvs.query().where('key', WhereConditions.beginsWith('key:')).limit(limit);
    if (place.cursor !== null) query = query.cursor(place.cursor);
    const { results, nextCursor } = await query.getMany<unknown>();
    await kvs.set(placeKey, { cursor: nextCursor ?? null, at: nowMs });
    return results.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  },
};
