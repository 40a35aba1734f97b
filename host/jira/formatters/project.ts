import { can, inRole } from '../access';
import type { IssueTypeRecord, ProjectRecord, RoleRecord } from '../entities';
import { mustById, selfLink, userById, type Jira } from '../store';
import { avatarUrls, formatUserId } from './user';

/** An issue type (`IssueTypeDetails`). */
export const formatIssueType = (jira: Jira, type: IssueTypeRecord) => ({
  self: selfLink(jira, `issuetype/${type.id}`),
  id: type.id,
  description: type.description,
  iconUrl: `${jira.baseUrl}/avatar/issuetype/${type.id}?size=medium`,
  name: type.name,
  subtask: type.hierarchyLevel < 0,
  avatarId: 10_300,
  hierarchyLevel: type.hierarchyLevel,
});

/** A project as embedded in issues (`ProjectDetails`). */
export const formatProjectRef = (jira: Jira, project: ProjectRecord) => ({
  self: selfLink(jira, `project/${project.id}`),
  id: project.id,
  key: project.key,
  name: project.name,
  projectTypeKey: project.projectTypeKey,
  simplified: false,
  avatarUrls: avatarUrls(jira, 'project', project.id),
});

/** The issue types a project offers. */
export function issueTypesOf(jira: Jira, project: ProjectRecord): IssueTypeRecord[] {
  const scheme = mustById(jira.state.issueTypeSchemes, project.issueTypeSchemeId);
  return scheme.issueTypeIds.map((id) => mustById(jira.state.issueTypes, id));
}

/** A project (`Project`). */
export function formatProject(jira: Jira, project: ProjectRecord) {
  return {
    expand: 'description,lead,issueTypes,url,projectKeys,permissions,insight',
    ...formatProjectRef(jira, project),
    description: project.description,
    lead: formatUserId(jira, project.leadAccountId) ?? undefined,
    components: [],
    versions: [],
    issueTypes: issueTypesOf(jira, project).map((type) => formatIssueType(jira, type)),
    assigneeType: project.assigneeType,
    roles: Object.fromEntries(
      jira.state.roles.map((role) => [role.name, selfLink(jira, `project/${project.id}/role/${role.id}`)]),
    ),
    style: 'classic',
    isPrivate: !can(jira, undefined, 'BROWSE_PROJECTS', project),
    properties: {},
  };
}

/** A role with its actors in one project (`ProjectRole`). */
export function formatRole(jira: Jira, role: RoleRecord, project?: ProjectRecord, viewer?: string) {
  const actors = project?.roleActors[role.id] ?? [];
  return {
    self: selfLink(jira, project ? `project/${project.id}/role/${role.id}` : `role/${role.id}`),
    name: role.name,
    id: Number(role.id),
    description: role.description,
    actors: actors.map((actor) => {
      if (actor.type === 'user') {
        return {
          id: Number(actor.id),
          displayName: userById(jira, actor.value)?.displayName ?? actor.value,
          type: 'atlassian-user-role-actor',
          actorUser: { accountId: actor.value },
        };
      }
      const name = jira.state.groups.find((group) => group.groupId === actor.value)?.name ?? actor.value;
      return {
        id: Number(actor.id),
        displayName: name,
        type: 'atlassian-group-role-actor',
        name,
        actorGroup: { name, displayName: name, groupId: actor.value },
      };
    }),
    ...(project && viewer !== undefined ? { currentUserRole: inRole(jira, viewer, project, role.id) } : {}),
  };
}
