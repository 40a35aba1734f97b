import type { IssueRecord, PermissionGrantRecord, ProjectRecord } from './entities';
import { forbidden, ISSUE_NOT_FOUND, JiraError, notFound } from './errors';
import { issueByIdOrKey, mustById, projectByIdOrKey, userById, type Jira } from './store';

/** Global permissions that the emulator knows; administrators hold them all, others only the second list. */
export const GLOBAL_PERMISSIONS = [
  'ADMINISTER',
  'SYSTEM_ADMIN',
  'USER_PICKER',
  'BULK_CHANGE',
  'CREATE_SHARED_OBJECTS',
];
const EVERYONE_GLOBALLY = new Set(['USER_PICKER', 'BULK_CHANGE', 'CREATE_SHARED_OBJECTS']);

/** The group whose members administer the site. */
export const ADMIN_GROUP = 'administrators';

/**
 * Whether this account administers Jira. The app's own user does so if its scopes say so
 * (reference/forge-platform.md section 4) ⚠.
 */
export function isAdmin(jira: Jira, accountId: string | undefined): boolean {
  const user = userById(jira, accountId);
  if (!user?.active) return false;
  if (user.accountType === 'app') {
    return (
      jira.app?.accountId === accountId && (jira.app?.scopes ?? []).includes('manage:jira-configuration')
    );
  }
  return user.groupIds.some((id) =>
    jira.state.groups.some((g) => g.groupId === id && g.name === ADMIN_GROUP),
  );
}

/** Whether the account plays the role in the project. */
export function inRole(jira: Jira, accountId: string, project: ProjectRecord, roleId: string): boolean {
  const groupIds = userById(jira, accountId)?.groupIds ?? [];
  return (project.roleActors[roleId] ?? []).some((actor) =>
    actor.type === 'user' ? actor.value === accountId : groupIds.includes(actor.value),
  );
}

function holds(
  jira: Jira,
  accountId: string | undefined,
  grant: PermissionGrantRecord,
  project: ProjectRecord,
  issue: IssueRecord | undefined,
): boolean {
  if (grant.holder.type === 'anyone') return true;
  const user = userById(jira, accountId);
  if (!accountId || !user?.active) return false;
  const value = grant.holder.value ?? '';
  switch (grant.holder.type) {
    case 'applicationRole':
      return user.accountType === 'atlassian';
    case 'group':
      return (
        user.groupIds.includes(value) ||
        jira.state.groups.some((g) => g.name === value && user.groupIds.includes(g.groupId))
      );
    case 'projectRole':
      return inRole(jira, accountId, project, value);
    case 'projectLead':
      return project.leadAccountId === accountId;
    case 'user':
      return value === accountId;
    case 'reporter':
      return issue?.fields['reporter'] === accountId;
    case 'assignee':
      return issue?.fields['assignee'] === accountId;
    default:
      return false;
  }
}

/** Whether the account has a project permission, by the project's permission scheme. */
export function can(
  jira: Jira,
  accountId: string | undefined,
  permission: string,
  project: ProjectRecord,
  issue?: IssueRecord,
): boolean {
  if (permission === 'ADMINISTER_PROJECTS' && isAdmin(jira, accountId)) return true;
  const scheme = mustById(jira.state.permissionSchemes, project.permissionSchemeId);
  return scheme.grants.some((g) => g.permission === permission && holds(jira, accountId, g, project, issue));
}

/** Whether the account has a global permission. */
export function canGlobally(jira: Jira, accountId: string | undefined, permission: string): boolean {
  if (!userById(jira, accountId)?.active) return false;
  return (
    EVERYONE_GLOBALLY.has(permission) || (GLOBAL_PERMISSIONS.includes(permission) && isAdmin(jira, accountId))
  );
}

/** The project of an issue. */
export const projectOf = (jira: Jira, issue: IssueRecord): ProjectRecord =>
  mustById(jira.state.projects, issue.projectId);

/** Whether the account has a project permission on this issue. */
export const canOnIssue = (
  jira: Jira,
  accountId: string | undefined,
  permission: string,
  issue: IssueRecord,
): boolean => can(jira, accountId, permission, projectOf(jira, issue), issue);

/**
 * Tests one project permission on many issues: what does not depend on the issue is settled once for each project.
 */
export function permissionTest(
  jira: Jira,
  accountId: string | undefined,
  permission: string,
): (issue: IssueRecord) => boolean {
  const settled = new Map<string, boolean | 'by issue'>();
  return (issue) => {
    let verdict = settled.get(issue.projectId);
    if (verdict === undefined) {
      const project = projectOf(jira, issue);
      const { grants } = mustById(jira.state.permissionSchemes, project.permissionSchemeId);
      const personal = grants.some(
        ({ permission: granted, holder }) =>
          granted === permission && (holder.type === 'reporter' || holder.type === 'assignee'),
      );
      verdict = can(jira, accountId, permission, project) || (personal ? 'by issue' : false);
      settled.set(issue.projectId, verdict);
    }
    return verdict === 'by issue' ? canOnIssue(jira, accountId, permission, issue) : verdict;
  };
}

/** The issue, if the account may browse it; Jira's 404 otherwise. */
export function visibleIssue(jira: Jira, accountId: string | undefined, idOrKey: string): IssueRecord {
  const issue = issueByIdOrKey(jira, idOrKey);
  if (!issue || !canOnIssue(jira, accountId, 'BROWSE_PROJECTS', issue)) throw notFound(ISSUE_NOT_FOUND);
  return issue;
}

/** The project, if the account may see it (browse or administer); Jira's 404 otherwise. */
export function visibleProject(jira: Jira, accountId: string | undefined, idOrKey: string): ProjectRecord {
  const project = projectByIdOrKey(jira, idOrKey);
  const seen =
    project &&
    (can(jira, accountId, 'BROWSE_PROJECTS', project) ||
      can(jira, accountId, 'ADMINISTER_PROJECTS', project));
  if (!seen)
    throw notFound(`No project could be found with ${/^\d+$/.test(idOrKey) ? 'id' : 'key'} '${idOrKey}'.`);
  return project;
}

/** Refuses who does not administer Jira. */
export function requireAdmin(jira: Jira, accountId: string | undefined): void {
  if (!isAdmin(jira, accountId)) throw forbidden('Only Jira administrators can perform this operation.');
}

/** Refuses who lacks the permission on the issue, in the words given. */
export function requireOnIssue(
  jira: Jira,
  accountId: string | undefined,
  permission: string,
  issue: IssueRecord,
  message: string,
): void {
  if (!canOnIssue(jira, accountId, permission, issue)) throw new JiraError(403, [message]);
}
