import * as v from 'valibot';
import { can, canGlobally, inRole, isAdmin } from '../access';
import type { ShareRecord } from '../entities-sharing';
import { badRequest } from '../errors';
import { formatProjectRef, formatRole } from '../formatters/project';
import { avatarUrls, formatGroup } from '../formatters/user';
import { idText } from '../http';
import { byId, mustById, nextId, selfLink, userById, type Jira } from '../store';

const TYPES = [
  'user',
  'group',
  'project',
  'projectRole',
  'global',
  'loggedin',
  'authenticated',
  'project-unknown',
] as const;

/** A share as filters and dashboards take it in a request (`SharePermission`). */
export const shareInput = v.looseObject({
  type: v.picklist(TYPES),
  group: v.nullish(v.looseObject({ groupId: v.nullish(v.string()), name: v.nullish(v.string()) })),
  project: v.nullish(v.looseObject({ id: v.nullish(idText) })),
  role: v.nullish(v.looseObject({ id: v.nullish(idText) })),
  user: v.nullish(v.looseObject({ accountId: v.nullish(v.string()) })),
});
/** A share of a request. */
export type ShareInput = v.InferOutput<typeof shareInput>;

type Target = Omit<ShareRecord, 'id'>;

/** Who shares; `unlimited` is an administrator who may share with groups and projects that are not theirs. */
export interface Sharer {
  readonly accountId: string;
  readonly unlimited: boolean;
}

/** The rights of the caller, with the administrators' override that the query asked for. @throws JiraError 400 */
export function sharer(jira: Jira, accountId: string, override: boolean): Sharer {
  if (override && !isAdmin(jira, accountId))
    throw badRequest('You must be a Jira administrator to override share permissions.');
  return { accountId, unlimited: override };
}

function withGroup(jira: Jira, who: Sharer, wanted: ShareInput['group']): Target {
  const group = jira.state.groups.find((g) =>
    wanted?.groupId == null ? g.name === wanted?.name : g.groupId === wanted.groupId,
  );
  const member = group && userById(jira, who.accountId)?.groupIds.includes(group.groupId);
  if (!group || (!member && !who.unlimited)) {
    const name = group?.name ?? wanted?.name ?? wanted?.groupId ?? '';
    throw badRequest(
      group
        ? `You do not have permission to share with Group: '${name}'.`
        : `The group '${name}' does not exist.`,
    );
  }
  return { type: 'group', groupId: group.groupId };
}

function withProject(jira: Jira, who: Sharer, input: ShareInput): Target {
  const project = byId(jira.state.projects, input.project?.id ?? '');
  if (!project || (!who.unlimited && !can(jira, who.accountId, 'BROWSE_PROJECTS', project)))
    throw badRequest('The project of a share permission does not exist or you cannot browse it.');
  const roleId = input.role?.id ?? undefined;
  if (roleId === undefined && input.type !== 'projectRole') return { type: 'project', projectId: project.id };
  if (roleId === undefined || !byId(jira.state.roles, roleId))
    throw badRequest('The project role of a share permission does not exist.');
  if (!who.unlimited && !inRole(jira, who.accountId, project, roleId))
    throw badRequest('You do not have permission to share with a project role that you are not in.');
  return { type: 'project', projectId: project.id, roleId };
}

function targetOf(jira: Jira, who: Sharer, input: ShareInput): Target {
  switch (input.type) {
    case 'global':
      return { type: 'global' };
    case 'loggedin':
    case 'authenticated':
      return { type: 'loggedin' };
    case 'group':
      return withGroup(jira, who, input.group);
    case 'project':
    case 'projectRole':
      return withProject(jira, who, input);
    case 'user': {
      const user = userById(jira, input.user?.accountId ?? undefined);
      if (!user) throw badRequest('The user of a share permission does not exist.');
      return { type: 'user', accountId: user.accountId };
    }
    default:
      throw badRequest(`The share type '${input.type}' cannot be set.`);
  }
}

/** Whether a share is for everybody, which overrides all others. */
export const isForEverybody = (share: Pick<ShareRecord, 'type'>): boolean =>
  share.type === 'global' || share.type === 'loggedin';

/** The shares of a request; one for everybody overrides the others. @throws JiraError 400 for unknown targets */
export function sharesOf(jira: Jira, who: Sharer, inputs: readonly ShareInput[]): ShareRecord[] {
  if (inputs.length > 0 && !canGlobally(jira, who.accountId, 'CREATE_SHARED_OBJECTS'))
    throw badRequest('You do not have permission to share.');
  const targets = inputs.map((input) => targetOf(jira, who, input));
  const everybody = targets.find(isForEverybody);
  return (everybody ? [everybody] : targets).map((target) => ({
    id: Number(nextId(jira, 'share')),
    ...target,
  }));
}

/** Whether the share reaches this account (undefined is an anonymous visitor). */
function reaches(jira: Jira, share: ShareRecord, accountId: string | undefined): boolean {
  if (share.type === 'global') return true;
  if (share.type === 'project') {
    const project = byId(jira.state.projects, share.projectId ?? '');
    if (!project) return false;
    if (share.roleId === undefined) return can(jira, accountId, 'BROWSE_PROJECTS', project);
    return accountId !== undefined && inRole(jira, accountId, project, share.roleId);
  }
  const user = userById(jira, accountId);
  if (!user?.active) return false;
  if (share.type === 'loggedin') return true;
  return share.type === 'group'
    ? user.groupIds.includes(share.groupId ?? '')
    : user.accountId === share.accountId;
}

/** Whether any of the shares reaches this account. */
export const sharedWith = (
  jira: Jira,
  shares: readonly ShareRecord[],
  accountId: string | undefined,
): boolean => shares.some((share) => reaches(jira, share, accountId));

/** A user as dashboards and shares embed it (`UserBean`). */
export function formatUserBean(jira: Jira, accountId: string | undefined) {
  const user = userById(jira, accountId);
  if (!user) return undefined;
  return {
    self: selfLink(jira, `user?accountId=${encodeURIComponent(user.accountId)}`),
    accountId: user.accountId,
    displayName: user.displayName,
    active: user.active,
    avatarUrls: avatarUrls(jira, 'user', user.accountId),
  };
}

/** A share as the viewer sees it (`SharePermission`). */
export function formatShare(jira: Jira, share: ShareRecord, viewer: string | undefined) {
  const { id, type } = share;
  if (type === 'group') {
    const group = jira.state.groups.find((g) => g.groupId === share.groupId);
    return { id, type, ...(group ? { group: formatGroup(jira, group) } : {}) };
  }
  if (type === 'user') return { id, type, user: formatUserBean(jira, share.accountId) };
  if (type !== 'project') return { id, type };
  const project = byId(jira.state.projects, share.projectId ?? '');
  if (!project || !can(jira, viewer, 'BROWSE_PROJECTS', project)) return { id, type: 'project-unknown' };
  return {
    id,
    type,
    project: {
      ...formatProjectRef(jira, project),
      assigneeType: project.assigneeType,
      roles: Object.fromEntries(
        jira.state.roles.map((role) => [role.name, selfLink(jira, `project/${project.id}/role/${role.id}`)]),
      ),
    },
    ...(share.roleId === undefined
      ? {}
      : { role: formatRole(jira, mustById(jira.state.roles, share.roleId)) }),
  };
}
