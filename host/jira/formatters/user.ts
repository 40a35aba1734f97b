import type { GroupRecord, UserRecord } from '../entities';
import { selfLink, userById, type Jira } from '../store';

/** Avatar addresses that Jira puts on users, projects and issue types. */
export function avatarUrls(jira: Jira, kind: string, id: string): Record<string, string> {
  const sizes = { '48x48': 'xlarge', '24x24': 'small', '16x16': 'xsmall', '32x32': 'medium' };
  return Object.fromEntries(
    Object.entries(sizes).map(([size, name]) => [
      size,
      `${jira.baseUrl}/avatar/${kind}/${encodeURIComponent(id)}?size=${name}`,
    ]),
  );
}

/** A user as embedded in other resources (`UserDetails`). */
export function formatUser(jira: Jira, user: UserRecord): Record<string, unknown> {
  return {
    self: selfLink(jira, `user?accountId=${encodeURIComponent(user.accountId)}`),
    accountId: user.accountId,
    accountType: user.accountType,
    ...(user.accountType === 'atlassian' ? { emailAddress: user.email } : {}),
    avatarUrls: avatarUrls(jira, 'user', user.accountId),
    displayName: user.displayName,
    active: user.active,
    timeZone: 'Etc/UTC',
  };
}

/** The user with this id, or null. */
export function formatUserId(jira: Jira, accountId: unknown): Record<string, unknown> | null {
  const user = typeof accountId === 'string' ? userById(jira, accountId) : undefined;
  return user ? formatUser(jira, user) : null;
}

/** A group (`GroupName`). */
export const formatGroup = (jira: Jira, group: GroupRecord) => ({
  name: group.name,
  groupId: group.groupId,
  self: selfLink(jira, `group?groupId=${encodeURIComponent(group.groupId)}`),
});

/** A user with the expandable lists that `GET /user` and `/myself` carry. */
export function formatFullUser(
  jira: Jira,
  user: UserRecord,
  expand: readonly string[],
): Record<string, unknown> {
  const groups = jira.state.groups.filter((group) => user.groupIds.includes(group.groupId));
  return {
    ...formatUser(jira, user),
    locale: 'en_US',
    groups: {
      size: groups.length,
      items: expand.includes('groups') ? groups.map((g) => formatGroup(jira, g)) : [],
    },
    applicationRoles: { size: user.accountType === 'atlassian' ? 1 : 0, items: [] },
    expand: 'groups,applicationRoles',
  };
}
