/**
 * What the emulated site stores: plain JSON, ids as strings, so that a snapshot is the state itself. Values of
 * issue fields are kept canonical (a user is its accountId, an option its id); formatters expand them.
 */

import type { DashboardRecord, FilterRecord } from './entities-sharing';
import type { WorkflowRecord, WorkflowSchemeRecord } from './entities-workflow';

/** Jira's three status categories as the workflow API spells them. */
type StatusCategory = 'TODO' | 'IN_PROGRESS' | 'DONE';

/** A person or app on the site. */
export interface UserRecord {
  accountId: string;
  displayName: string;
  email: string;
  accountType: 'atlassian' | 'app' | 'customer';
  active: boolean;
  groupIds: string[];
}

/** A group; membership is kept at the user. */
export interface GroupRecord {
  groupId: string;
  name: string;
}

/** One grant of a permission scheme. */
export interface PermissionGrantRecord {
  id: string;
  permission: string;
  holder: { type: string; value?: string };
}

/** A permission scheme. */
export interface PermissionSchemeRecord {
  id: string;
  name: string;
  description: string;
  grants: PermissionGrantRecord[];
}

/** A project role of the site; actors are kept at the project. */
export interface RoleRecord {
  id: string;
  name: string;
  description: string;
}

/** Who plays a role in one project. */
interface RoleActorRecord {
  id: string;
  type: 'user' | 'group';
  value: string;
}

/** A company-managed project. */
export interface ProjectRecord {
  id: string;
  key: string;
  name: string;
  description: string;
  leadAccountId: string;
  projectTypeKey: 'software' | 'business' | 'service_desk';
  assigneeType: 'PROJECT_LEAD' | 'UNASSIGNED';
  issueTypeSchemeId: string;
  issueTypeScreenSchemeId: string;
  workflowSchemeId: string;
  permissionSchemeId: string;
  roleActors: Record<string, RoleActorRecord[]>;
  issueCounter: number;
}

/** An issue type (work type) of the site. */
export interface IssueTypeRecord {
  id: string;
  name: string;
  description: string;
  hierarchyLevel: number;
}

/** Which issue types a project offers. */
export interface IssueTypeSchemeRecord {
  id: string;
  name: string;
  description: string;
  defaultIssueTypeId?: string;
  issueTypeIds: string[];
  isDefault: boolean;
}

/** A global status. */
export interface StatusRecord {
  id: string;
  name: string;
  description: string;
  category: StatusCategory;
}

/** A screen with its tabs. */
export interface ScreenRecord {
  id: string;
  name: string;
  description: string;
  tabs: { id: string; name: string; fieldIds: string[] }[];
}

/** Screens by operation. */
export interface ScreenSchemeRecord {
  id: string;
  name: string;
  description: string;
  screens: { default: string; create?: string; edit?: string; view?: string };
}

/** Screen schemes by issue type; key `default` is the fallback. */
export interface IssueTypeScreenSchemeRecord {
  id: string;
  name: string;
  description: string;
  mappings: Record<string, string>;
}

/** Jira's type description of a field. */
export interface FieldSchema {
  type: string;
  items?: string;
  system?: string;
  custom?: string;
  customId?: number;
}

/** A system, custom or Forge field. */
export interface FieldRecord {
  id: string;
  key: string;
  name: string;
  description: string;
  custom: boolean;
  schema: FieldSchema;
  searcherKey?: string;
  forge?: { moduleKey: string; readOnly: boolean };
}

/** A context of a custom field; empty lists mean every issue type and every project. */
export interface FieldContextRecord {
  id: string;
  fieldId: string;
  name: string;
  description: string;
  issueTypeIds: string[];
  projectIds: string[];
  options: { id: string; value: string; disabled: boolean }[];
}

/** A resolution or a priority. */
export interface NamedRecord {
  id: string;
  name: string;
  description: string;
}

/** A type of issue link. */
interface IssueLinkTypeRecord {
  id: string;
  name: string;
  inward: string;
  outward: string;
}

/** A link between two issues. */
export interface IssueLinkRecord {
  id: string;
  typeId: string;
  inwardIssueId: string;
  outwardIssueId: string;
}

/** One changed field in a changelog entry. */
export interface ChangeItem {
  field: string;
  fieldId: string;
  fieldtype: 'jira' | 'custom';
  from: string | null;
  fromText: string | null;
  to: string | null;
  toText: string | null;
}

/** One changelog entry. */
export interface HistoryRecord {
  id: string;
  authorId: string;
  created: string;
  items: ChangeItem[];
  historyMetadata?: Record<string, unknown>;
}

/** A comment. */
export interface CommentRecord {
  id: string;
  authorId: string;
  updateAuthorId: string;
  body: unknown;
  created: string;
  updated: string;
  visibility?: { type: 'group' | 'role'; value: string; identifier: string };
  properties: Record<string, unknown>;
}

/** An issue. Times are ISO 8601 in UTC. */
export interface IssueRecord {
  id: string;
  key: string;
  projectId: string;
  issueTypeId: string;
  statusId: string;
  creatorId: string;
  created: string;
  updated: string;
  statusChanged: string;
  fields: Record<string, unknown>;
  properties: Record<string, unknown>;
  comments: CommentRecord[];
  histories: HistoryRecord[];
  watcherIds: string[];
  pinnedPanels: string[];
}

/** An asynchronous task; the emulator finishes it before it answers. */
export interface TaskRecord {
  id: string;
  description: string;
  status: 'COMPLETE' | 'FAILED';
  submittedBy: string;
  at: number;
  result: unknown;
  bulk?: { processed: number[]; failed: Record<string, string[]>; total: number; invalid: number };
}

/** Everything the site knows. */
export interface SiteState {
  site: { name: string; cloudId: string };
  counters: Record<string, number>;
  users: UserRecord[];
  groups: GroupRecord[];
  permissionSchemes: PermissionSchemeRecord[];
  roles: RoleRecord[];
  projects: ProjectRecord[];
  issueTypes: IssueTypeRecord[];
  issueTypeSchemes: IssueTypeSchemeRecord[];
  statuses: StatusRecord[];
  workflows: WorkflowRecord[];
  workflowSchemes: WorkflowSchemeRecord[];
  screens: ScreenRecord[];
  screenSchemes: ScreenSchemeRecord[];
  issueTypeScreenSchemes: IssueTypeScreenSchemeRecord[];
  fields: FieldRecord[];
  fieldContexts: FieldContextRecord[];
  resolutions: NamedRecord[];
  priorities: NamedRecord[];
  issueLinkTypes: IssueLinkTypeRecord[];
  issueLinks: IssueLinkRecord[];
  issues: IssueRecord[];
  filters: FilterRecord[];
  dashboards: DashboardRecord[];
  tasks: TaskRecord[];
  /** Panels pinned for whole projects: `projectId` → module keys. */
  pinnedPanels: Record<string, string[]>;
}
