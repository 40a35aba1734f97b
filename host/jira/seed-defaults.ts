import type { FieldRecord, PermissionGrantRecord } from './entities';
import type { DashboardRecord } from './entities-sharing';
import type { TransitionRecord, WorkflowRecord } from './entities-workflow';

/** Roles of a new Jira site; the last one is how apps get into projects. */
export const ROLE_ADMINISTRATORS = '10002';
export const ROLE_ADDONS = '10003';

/** Project permissions with the defaults of Jira's "Default Permission Scheme". */
export const PROJECT_PERMISSIONS: readonly [key: string, name: string, everyone: boolean][] = [
  ['ADMINISTER_PROJECTS', 'Administer Projects', false],
  ['BROWSE_PROJECTS', 'Browse Projects', true],
  ['CREATE_ISSUES', 'Create Issues', true],
  ['EDIT_ISSUES', 'Edit Issues', true],
  ['TRANSITION_ISSUES', 'Transition Issues', true],
  ['ASSIGN_ISSUES', 'Assign Issues', true],
  ['ASSIGNABLE_USER', 'Assignable User', true],
  ['ADD_COMMENTS', 'Add Comments', true],
  ['EDIT_OWN_COMMENTS', 'Edit Own Comments', true],
  ['DELETE_OWN_COMMENTS', 'Delete Own Comments', true],
  ['EDIT_ALL_COMMENTS', 'Edit All Comments', false],
  ['DELETE_ALL_COMMENTS', 'Delete All Comments', false],
  ['DELETE_ISSUES', 'Delete Issues', false],
  ['LINK_ISSUES', 'Link Issues', true],
  ['MODIFY_REPORTER', 'Modify Reporter', false],
  ['RESOLVE_ISSUES', 'Resolve Issues', true],
  ['CLOSE_ISSUES', 'Close Issues', true],
  ['MANAGE_WATCHERS', 'Manage Watchers', false],
  ['VIEW_VOTERS_AND_WATCHERS', 'View Voters and Watchers', true],
];

function defaultGrants(): PermissionGrantRecord[] {
  let id = 10_000;
  const grant = (permission: string, type: string, value?: string): PermissionGrantRecord => ({
    id: String((id += 1)),
    permission,
    holder: value === undefined ? { type } : { type, value },
  });
  return PROJECT_PERMISSIONS.flatMap(([key, , everyone]) => [
    ...(everyone ? [grant(key, 'applicationRole')] : [grant(key, 'projectRole', ROLE_ADMINISTRATORS)]),
    grant(key, 'projectRole', ROLE_ADDONS),
  ]);
}

const system = (id: string, name: string, type: string, items?: string): FieldRecord => ({
  id,
  key: id,
  name,
  description: '',
  custom: false,
  schema: { type, ...(items === undefined ? {} : { items }), system: id },
});

/** Jira's system fields. */
export function systemFields(): FieldRecord[] {
  return [
    system('statuscategorychangedate', 'Status Category Changed', 'datetime'),
    system('issuetype', 'Work type', 'issuetype'),
    system('project', 'Project', 'project'),
    system('parent', 'Parent', 'issuelink'),
    system('summary', 'Summary', 'string'),
    system('description', 'Description', 'string'),
    system('environment', 'Environment', 'string'),
    system('status', 'Status', 'status'),
    system('resolution', 'Resolution', 'resolution'),
    system('resolutiondate', 'Resolved', 'datetime'),
    system('priority', 'Priority', 'priority'),
    system('assignee', 'Assignee', 'user'),
    system('reporter', 'Reporter', 'user'),
    system('creator', 'Creator', 'user'),
    system('created', 'Created', 'datetime'),
    system('updated', 'Updated', 'datetime'),
    system('duedate', 'Due date', 'date'),
    system('labels', 'Labels', 'array', 'string'),
    system('issuelinks', 'Linked Issues', 'array', 'issuelinks'),
    system('watches', 'Watchers', 'watches'),
    system('comment', 'Comment', 'comments-page'),
  ];
}

const STATUSES = ['10000', '3', '10001'];

const transition = (
  id: string,
  name: string,
  type: TransitionRecord['type'],
  toStatusId: string,
): TransitionRecord => ({
  id,
  name,
  description: '',
  type,
  toStatusId,
  links: [],
  validators: [],
  actions: [],
  properties: {},
});

function defaultWorkflow(now: string): WorkflowRecord {
  const done = transition('31', 'Done', 'GLOBAL', '10001');
  done.actions = [rule('system:update-field', { field: 'resolution', value: '10000', mode: 'replace' })];
  const clear = (t: TransitionRecord): TransitionRecord => ({
    ...t,
    actions: [rule('system:update-field', { field: 'resolution', value: '', mode: 'replace' })],
  });
  return {
    id: 'b6a8f7a2-6f0e-4f41-9c93-5d3a1c000001',
    name: 'Software workflow for the first project',
    description: '',
    versionId: 'b6a8f7a2-6f0e-4f41-9c93-5d3a1c000002',
    versionNumber: 1,
    created: now,
    updated: now,
    isDefault: true,
    statuses: STATUSES.map((statusId) => ({ statusId, properties: {} })),
    transitions: [
      transition('1', 'Create', 'INITIAL', '10000'),
      clear(transition('11', 'To Do', 'GLOBAL', '10000')),
      clear(transition('21', 'In Progress', 'GLOBAL', '3')),
      done,
    ],
  };
}

let ruleCounter = 0;
const rule = (ruleKey: string, parameters: Record<string, string>) => ({
  id: `b6a8f7a2-6f0e-4f41-9c93-5d3a2c${String((ruleCounter += 1)).padStart(6, '0')}`,
  ruleKey,
  parameters,
});

const named = (rows: readonly [id: string, name: string, description: string][]) =>
  rows.map(([id, name, description]) => ({ id, name, description }));

const DEFAULT_SCREEN = [
  'summary',
  'issuetype',
  'parent',
  'description',
  'priority',
  'labels',
  'assignee',
  'reporter',
  'duedate',
  'environment',
  'issuelinks',
];

const issueDefaults = () => ({
  roles: named([
    [ROLE_ADMINISTRATORS, 'Administrators', 'A project role that represents administrators in a project'],
    ['10004', 'Member', 'A project role that represents members of a project'],
    [ROLE_ADDONS, 'atlassian-addons-project-access', 'A project role that represents Connect and Forge apps'],
  ]),
  issueTypes: [
    { id: '10000', name: 'Epic', description: 'A big piece of work.', hierarchyLevel: 1 },
    { id: '10001', name: 'Story', description: 'Something users want.', hierarchyLevel: 0 },
    { id: '10002', name: 'Task', description: 'A small, distinct piece of work.', hierarchyLevel: 0 },
    { id: '10003', name: 'Sub-task', description: 'A part of a larger task.', hierarchyLevel: -1 },
    { id: '10004', name: 'Bug', description: 'A problem or error.', hierarchyLevel: 0 },
  ],
  statuses: [
    { id: '10000', name: 'To Do', description: '', category: 'TODO' as const },
    {
      id: '3',
      name: 'In Progress',
      description: 'This work item is being actively worked on.',
      category: 'IN_PROGRESS' as const,
    },
    { id: '10001', name: 'Done', description: '', category: 'DONE' as const },
  ],
  resolutions: named([
    ['10000', 'Done', 'Work has been completed on this issue.'],
    ['10001', "Won't Do", "This issue won't be actioned."],
    ['10002', 'Duplicate', 'The problem is a duplicate of an existing issue.'],
    ['10003', 'Cannot Reproduce', 'All attempts at reproducing this issue failed.'],
    ['10004', 'Declined', 'This issue was not approved.'],
  ]),
  priorities: named([
    ['1', 'Highest', 'This problem will block progress.'],
    ['2', 'High', 'Serious problem that could block progress.'],
    ['3', 'Medium', 'Has the potential to affect progress.'],
    ['4', 'Low', 'Minor problem or easily worked around.'],
    ['5', 'Lowest', 'Trivial problem with little or no impact on progress.'],
  ]),
  issueLinkTypes: [
    { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
    { id: '10001', name: 'Cloners', inward: 'is cloned by', outward: 'clones' },
    { id: '10002', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
    { id: '10003', name: 'Relates', inward: 'relates to', outward: 'relates to' },
  ],
});

const schemeDefaults = () => ({
  screens: [
    {
      id: '1',
      name: 'Default Screen',
      description: 'Allows to update all system fields.',
      tabs: [{ id: '10000', name: 'Field Tab', fieldIds: DEFAULT_SCREEN }],
    },
    {
      id: '2',
      name: 'Workflow Screen',
      description: 'This screen is used in the workflow and enables you to assign issues',
      tabs: [{ id: '10001', name: 'Field Tab', fieldIds: ['assignee'] }],
    },
    {
      id: '3',
      name: 'Resolve Issue Screen',
      description: 'Allows to set resolution, change fix versions, and assign an issue.',
      tabs: [{ id: '10002', name: 'Field Tab', fieldIds: ['resolution', 'assignee'] }],
    },
  ],
  screenSchemes: [
    {
      id: '1',
      name: 'Default Screen Scheme',
      description: 'Default Screen Scheme',
      screens: { default: '1' },
    },
  ],
  issueTypeScreenSchemes: [
    {
      id: '1',
      name: 'Default Issue Type Screen Scheme',
      description: 'The default issue type screen scheme',
      mappings: { default: '1' },
    },
  ],
  permissionSchemes: [
    {
      id: '0',
      name: 'Default Permission Scheme',
      description:
        'This is the default Permission Scheme. Any new projects that are created will be assigned this scheme.',
      grants: defaultGrants(),
    },
  ],
  issueTypeSchemes: [
    {
      id: '10000',
      name: 'Default Issue Type Scheme',
      description: 'Default issue type scheme is the list of global issue types.',
      defaultIssueTypeId: '10002',
      issueTypeIds: ['10000', '10001', '10002', '10003', '10004'],
      isDefault: true,
    },
  ],
});

/** The dashboard that every site has: shared with everybody, edited by Jira administrators. */
export const systemDashboard = (): DashboardRecord => ({
  id: '10000',
  name: 'System Dashboard',
  description: '',
  system: true,
  shared: [{ id: 10_000, type: 'global' }],
  editors: [],
  gadgets: [],
});

/** The parts of a new site that do not depend on the seed: Jira's own defaults. */
export function defaults(now: string) {
  const workflow = defaultWorkflow(now);
  return {
    ...issueDefaults(),
    ...schemeDefaults(),
    workflows: [workflow],
    workflowSchemes: [
      {
        id: '10000',
        name: 'Default Workflow Scheme',
        description: '',
        defaultWorkflowId: workflow.id,
        issueTypeMappings: {},
        versionId: workflow.versionId,
        versionNumber: 1,
      },
    ],
  };
}
