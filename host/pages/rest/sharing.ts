import * as v from 'valibot';

/** With whom a filter or dashboard is shared. */
export const ShareShape = v.looseObject({
  type: v.string(),
  group: v.optional(v.looseObject({ name: v.optional(v.string()) })),
  project: v.optional(v.looseObject({ name: v.optional(v.string()), key: v.optional(v.string()) })),
  role: v.optional(v.looseObject({ name: v.optional(v.string()) })),
  user: v.optional(v.looseObject({ displayName: v.optional(v.string()) })),
});
/** One share. */
export type Share = v.InferOutput<typeof ShareShape>;

/** A person as filters and dashboards name their owner. */
export const OwnerShape = v.looseObject({ accountId: v.string(), displayName: v.string() });

function oneShare({ type, group, project, role, user }: Share): string {
  if (type === 'global') return 'Everybody';
  if (type === 'loggedin' || type === 'authenticated') return 'Everybody who is signed in';
  if (type === 'group') return `Group ${group?.name ?? '?'}`;
  if (type === 'user') return user?.displayName ?? 'One person';
  if (type === 'project' || type === 'projectRole') {
    const name = `Project ${project?.name ?? project?.key ?? '?'}`;
    return role?.name === undefined ? name : `${name}, role ${role.name}`;
  }
  return type;
}

/** Who sees it beside its owner, in words. */
export const sharesInWords = (shares: readonly Share[]): string =>
  shares.length === 0 ? 'Nobody' : [...new Set(shares.map(oneShare))].join('; ');
