import { createHash } from 'node:crypto';
import type { Seed } from '../contract';
import { ADMIN_GROUP } from './access';
import type { SiteState } from './entities';
import { defaults, ROLE_ADMINISTRATORS, systemDashboard, systemFields } from './seed-defaults';

/** A group id that is stable for its name, so that configuration survives `--fresh`. */
export function groupIdOf(name: string): string {
  const hex = createHash('sha256').update(`group:${name}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** A new site: users, groups, one empty company-managed project, and Jira's defaults. */
export function seedState(seed: Seed, now: string): SiteState {
  const groupNames = [
    ...new Set([ADMIN_GROUP, 'jira-users', ...seed.groups, ...seed.users.flatMap((u) => u.groups)]),
  ];
  return {
    ...defaults(now),
    site: { ...seed.site },
    counters: { issue: 10_000, field: 10_000, grant: 11_000 },
    groups: groupNames.map((name) => ({ groupId: groupIdOf(name), name })),
    users: seed.users.map((user) => ({
      accountId: user.accountId,
      displayName: user.displayName,
      email: user.email,
      accountType: user.accountType,
      active: true,
      groupIds: [
        ...new Set([
          ...(user.accountType === 'atlassian' ? ['jira-users'] : []),
          ...user.groups,
          ...(user.admin === true ? [ADMIN_GROUP] : []),
        ]),
      ].map(groupIdOf),
    })),
    projects: [
      {
        id: '10000',
        key: seed.project.key,
        name: seed.project.name,
        description: '',
        leadAccountId: seed.project.leadAccountId,
        projectTypeKey: 'software',
        assigneeType: 'UNASSIGNED',
        issueTypeSchemeId: '10000',
        issueTypeScreenSchemeId: '1',
        workflowSchemeId: '10000',
        permissionSchemeId: '0',
        roleActors: {
          [ROLE_ADMINISTRATORS]: [{ id: '10000', type: 'user', value: seed.project.leadAccountId }],
        },
        issueCounter: 0,
      },
    ],
    fields: systemFields(),
    fieldContexts: [],
    issueLinks: [],
    issues: [],
    filters: [],
    dashboards: [systemDashboard()],
    tasks: [],
    pinnedPanels: {},
  };
}
