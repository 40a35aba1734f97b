import kvs, { WhereConditions } from '@forge/kvs';
import * as v from 'valibot';
import type { MirrorMark } from '../app/ports';
import { markPrefix } from './kvs-ledger';

const Mark = v.object({ issueId: v.string(), seq: v.number(), at: v.string() });

/** Marks that commits left before `before` (ISO time) and that nobody took away; at most `limit` are looked at. */
export async function unshownMarks(before: string, limit: number): Promise<MirrorMark[]> {
  const { results } = await kvs
    .query()
    .where('key', WhereConditions.beginsWith(markPrefix))
    .limit(limit)
    .getMany<unknown>();
  return results.map(({ value }) => v.parse(Mark, value)).filter(({ at }) => at < before);
}
