import type { TestSite } from './site';

/** What precedes a module key in an extension ARI of the test app. */
export const ARI =
  'ari:cloud:ecosystem::extension/11111111-1111-4111-8111-111111111111/22222222-2222-4222-8222-222222222222/static/';

/** Modules of the test app. */
export const MODULES = {
  'jira:workflowValidator': [
    { key: 'ready', name: 'Ready', function: 'validate' },
    {
      key: 'by-expression',
      name: 'Expression',
      expression: "issue.summary.includes('ok') ? true : 'The summary must say ok.'",
    },
  ],
  'jira:workflowCondition': [
    {
      key: 'not-author',
      name: 'Not the author',
      expression:
        'user != null && user.accountId != issue.reporter.accountId && user.groups.includes(config.group)',
    },
  ],
  'jira:workflowPostFunction': [{ key: 'dispatch', name: 'Dispatch', function: 'post' }],
  'jira:issuePanel': [{ key: 'panel', title: 'Query' }],
  'jira:customField': [{ key: 'risk', name: 'Risk', type: 'string', readOnly: true }],
};

/** Calls and throws unless the answer is a success. */
export async function must(t: TestSite, who: string, method: string, path: string, body?: unknown) {
  const reply = await t.as(who, method, path, body);
  if (reply.status >= 400)
    throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply;
}

/** A status of a workflow payload. */
export const status = (reference: string, name: string, statusCategory: string) => ({
  statusReference: reference,
  name,
  statusCategory,
  description: '',
});

/** A workflow with validator, condition, screen, actions and separation of duties. */
export function workflowPayload(screenId: string, name = 'Query change workflow') {
  return {
    scope: { type: 'GLOBAL' },
    statuses: [
      status('draft', 'Draft', 'TODO'),
      status('review', 'In review', 'IN_PROGRESS'),
      status('10001', 'Done', 'DONE'),
    ],
    workflows: [
      {
        name,
        description: 'x',
        startPointLayout: { x: 0, y: 0 },
        statuses: ['draft', 'review', '10001'].map((statusReference, x) => ({
          statusReference,
          layout: { x, y: 1 },
          properties: {},
        })),
        transitions: [
          { id: '1', name: 'Create', type: 'INITIAL', toStatusReference: 'draft', links: [] },
          {
            id: '2',
            name: 'Submit',
            type: 'DIRECTED',
            toStatusReference: 'review',
            links: [{ fromStatusReference: 'draft', fromPort: 0, toPort: 1 }],
            validators: [
              {
                ruleKey: 'forge:expression-validator',
                parameters: { key: `${ARI}ready`, config: '{"a":1}' },
              },
            ],
          },
          {
            id: '3',
            name: 'Finish',
            type: 'DIRECTED',
            toStatusReference: '10001',
            links: [{ fromStatusReference: 'review' }],
            transitionScreen: { ruleKey: 'system:transition-screen', parameters: { screenId } },
            conditions: {
              operation: 'ALL',
              conditions: [
                {
                  ruleKey: 'forge:expression-condition',
                  parameters: { key: `${ARI}not-author`, config: '{"group":"dba"}' },
                },
              ],
              conditionGroups: [],
            },
            validators: [
              {
                ruleKey: 'system:validate-field-value',
                parameters: {
                  ruleType: 'fieldRequired',
                  fieldsRequired: 'duedate',
                  ignoreContext: 'true',
                  errorMessage: 'When?',
                },
              },
            ],
            actions: [
              {
                ruleKey: 'system:update-field',
                parameters: { field: 'resolution', value: '10000', mode: 'replace' },
              },
              {
                ruleKey: 'forge:workflow-post-function',
                parameters: { key: `${ARI}dispatch`, config: '{"kind":"apply"}' },
              },
            ],
          },
          {
            id: '4',
            name: 'Reopen',
            type: 'DIRECTED',
            toStatusReference: 'draft',
            links: [{ fromStatusReference: '10001' }],
            conditions: {
              operation: 'ALL',
              conditions: [{ ruleKey: 'system:separation-of-duties', parameters: { toStatusId: '10001' } }],
              conditionGroups: [],
            },
            actions: [
              {
                ruleKey: 'system:update-field',
                parameters: { field: 'resolution', value: '', mode: 'replace' },
              },
            ],
          },
        ],
      },
    ],
  };
}

/** Provisions a project with its own type, fields, screens and workflow, as an admin page would. */
export async function provision(t: TestSite) {
  const type = await must(t, 'admin', 'POST', '/issuetype', { name: 'Query Change', type: 'standard' });
  const field = await must(t, 'admin', 'POST', '/field', {
    name: 'Team',
    type: 'com.atlassian.jira.plugin.system.customfieldtypes:select',
  });
  const contexts = await must(t, 'admin', 'GET', `/field/${field.body.id}/context`);
  const contextId = contexts.body.values[0].id;
  await must(t, 'admin', 'POST', `/field/${field.body.id}/context/${contextId}/option`, {
    options: [{ value: 'Blue' }],
  });
  await must(t, 'admin', 'PUT', `/field/${field.body.id}/context/${contextId}/issuetype`, {
    issueTypeIds: [type.body.id],
  });
  const screen = await must(t, 'admin', 'POST', '/screens', { name: 'Query Change screen' });
  const tabs = await must(t, 'admin', 'GET', `/screens/${screen.body.id}/tabs`);
  for (const fieldId of ['summary', 'issuetype', 'description', 'duedate', field.body.id]) {
    await must(t, 'admin', 'POST', `/screens/${screen.body.id}/tabs/${tabs.body[0].id}/fields`, { fieldId });
  }
  const screens = await must(t, 'admin', 'POST', '/screenscheme', {
    name: 'QC screens',
    screens: { default: screen.body.id },
  });
  const itss = await must(t, 'admin', 'POST', '/issuetypescreenscheme', {
    name: 'QC typed',
    issueTypeMappings: [{ issueTypeId: 'default', screenSchemeId: String(screens.body.id) }],
  });
  const scheme = await must(t, 'admin', 'POST', '/issuetypescheme', {
    name: 'QC types',
    issueTypeIds: [type.body.id],
    defaultIssueTypeId: type.body.id,
  });
  const created = await must(
    t,
    'admin',
    'POST',
    '/workflows/create',
    workflowPayload(String(screen.body.id)),
  );
  const workflow = created.body.workflows[0];
  const ws = await must(t, 'admin', 'POST', '/workflowscheme', {
    name: 'QC flows',
    defaultWorkflow: workflow.name,
  });
  const project = await must(t, 'admin', 'POST', '/project', {
    key: 'CHG',
    name: 'Changes',
    leadAccountId: 'id-admin',
    projectTypeKey: 'software',
    projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-basic',
    issueTypeScheme: Number(scheme.body.issueTypeSchemeId),
    issueTypeScreenScheme: Number(itss.body.id),
    workflowScheme: ws.body.id,
  });
  return {
    project: project.body,
    workflow,
    typeId: String(type.body.id),
    fieldId: String(field.body.id),
    schemeId: String(ws.body.id),
  };
}

/** Fields of an issue of the provisioned type. */
export const change = (fields: Record<string, unknown> = {}) => ({
  project: { key: 'CHG' },
  issuetype: { name: 'Query Change' },
  ...fields,
});
