import * as v from 'valibot';
import { rest, type SiteAdmin } from './site-admin';
import { askAnAdmin, needed } from './step';

/** Jira gives ids as text or as numbers. */
export const Id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);
export const Named = v.object({ id: Id, name: v.string() });
export type Named = v.InferOutput<typeof Named>;
export const Made = v.object({ id: Id });
export const Nothing = v.unknown();

/** Pages read at most: a longer list is not searched to its end. */
const maxPages = 10;

interface Listing<T> {
  readonly values: T[];
  /** False when the list is longer than we read. */
  readonly complete: boolean;
}

/** Reads a list page by page, within {@link maxPages}. */
export async function listed<T>(
  admin: SiteAdmin,
  segments: readonly string[],
  item: v.GenericSchema<unknown, T>,
  query: Readonly<Record<string, string | readonly string[]>>,
  pageSize = 50,
): Promise<Listing<T>> {
  const Page = v.object({ isLast: v.optional(v.boolean(), true), values: v.array(item) });
  const values: T[] = [];
  for (let page = 0; page < maxPages; page += 1) {
    const where = { ...query, startAt: String(values.length), maxResults: String(pageSize) };
    const reply = needed(await admin.get(rest(segments, where), Page), askAnAdmin);
    values.push(...reply.values);
    if (reply.isLast || reply.values.length === 0) return { values, complete: true };
  }
  return { values, complete: false };
}

/** The thing that is ours among several: by its kept id, else by its exact name. */
export function pick<T extends Named>(
  things: readonly T[],
  keptId: string | undefined,
  name: string,
): T | undefined {
  return things.find(({ id }) => id === keptId) ?? things.find((thing) => thing.name === name);
}
