import * as v from 'valibot';
import { read, withQuery, write } from './http';
import { OwnerShape, ShareShape } from './sharing';

const API = '/rest/api/3/filter';
const enc = encodeURIComponent;

const FilterShape = v.looseObject({
  id: v.string(),
  name: v.string(),
  description: v.optional(v.string(), ''),
  jql: v.optional(v.string(), ''),
  owner: v.optional(OwnerShape),
  favourite: v.optional(v.boolean(), false),
  sharePermissions: v.optional(v.array(ShareShape), []),
});
/** A saved filter. */
export type Filter = v.InferOutput<typeof FilterShape>;

/** The filters that the person sees, by name. */
export const readFilters = async () =>
  (
    await read(
      withQuery(`${API}/search`, {
        maxResults: 100,
        orderBy: 'name',
        expand: 'description,owner,jql,favourite,sharePermissions',
      }),
      v.looseObject({ values: v.array(FilterShape) }),
    )
  ).values;

/** One filter. */
export const readFilter = (id: string) => read(`${API}/${enc(id)}`, FilterShape);

/** Stars a filter or takes the star away. */
export const setFavourite = (id: string, favourite: boolean) =>
  write(favourite ? 'PUT' : 'DELETE', `${API}/${enc(id)}/favourite`);
