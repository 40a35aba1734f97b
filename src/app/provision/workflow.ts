import * as v from 'valibot';
import { changeStatuses, jiraStatusNames } from '#core/change/status';
import {
  issueTypeName,
  resolutionNames,
  ruleModules,
  statusCategories,
  transitionKeys,
  transitions,
  type TransitionKey,
} from '#core/workflow/definition';
import { ruleConfig, type RuleSite } from '#core/workflow/rule-config';
import { rest, type SiteAdmin } from './site-admin';
import { needed, type StepOutcome } from './step';

/** Name of the workflow on the site. */
export const workflowName = issueTypeName;

const Found = v.object({ values: v.array(v.object({ id: v.string(), name: v.string() })) });
const Created = v.object({ workflows: v.array(v.object({ id: v.string() })) });
const Capabilities = v.object({
  forgeRules: v.optional(v.array(v.object({ id: v.string(), ruleKey: v.string() })), []),
});

interface ForgeRule {
  readonly id: string;
  readonly ruleKey: string;
}

interface Rules {
  readonly condition: ForgeRule;
  readonly validator: ForgeRule;
  readonly postFunction: ForgeRule;
}

/** Makes the workflow with its rules, or finds it. Rule keys and ARIs are read from Jira, not composed. */
export async function makeWorkflow(admin: SiteAdmin, site: RuleSite): Promise<StepOutcome> {
  const search = rest(['workflows', 'search'], { queryString: workflowName });
  const existing = needed(await admin.get(search, Found), 'Check that you are a Jira administrator.');
  const found = existing.values.find(({ name }) => name === workflowName);
  if (found) {
    await admin.keep({ workflowId: found.id });
    return { state: 'unchanged', message: `Workflow ${workflowName} exists.` };
  }
  const ids = await admin.ids();
  const rules = await readRules(admin, ids);
  if (!rules) {
    return {
      state: 'manual',
      message: 'Jira does not offer the workflow rules of Query Change.',
      instruction:
        'Check that the app is installed and its workflow modules are enabled, then repeat this step.',
    };
  }
  const created = needed(
    await admin.send('POST', rest(['workflows', 'create']), workflowRequest(ids, rules, site), Created),
    'Ask Atlassian support with this message: the workflow could not be created.',
  );
  await admin.keep({ workflowId: created.workflows[0]?.id ?? '' });
  return {
    state: 'done',
    message: `Workflow ${workflowName} made with ${transitionKeys.length} transitions.`,
  };
}

async function readRules(
  admin: SiteAdmin,
  ids: Readonly<Record<string, string>>,
): Promise<Rules | undefined> {
  const query = { projectId: ids['projectId'] ?? '', issueTypeId: ids['issueTypeId'] ?? '' };
  const { forgeRules } = needed(
    await admin.get(rest(['workflows', 'capabilities'], query), Capabilities),
    'Check that you are a Jira administrator.',
  );
  const find = (moduleKey: string): ForgeRule | undefined =>
    forgeRules.find(({ id }) => id.endsWith(`/${moduleKey}`));
  const condition = find(ruleModules.condition);
  const validator = find(ruleModules.validator);
  const postFunction = find(ruleModules.postFunction);
  return condition && validator && postFunction ? { condition, validator, postFunction } : undefined;
}

const reference = (status: string): string => `ref-${status}`;

/** The whole workflow as `POST /workflows/create` takes it. */
function workflowRequest(ids: Readonly<Record<string, string>>, rules: Rules, site: RuleSite): object {
  return {
    scope: { type: 'GLOBAL' },
    statuses: changeStatuses.map((status) => ({
      id: ids[`status.${status}`],
      name: jiraStatusNames[status],
      statusCategory: statusCategories[status],
      statusReference: reference(status),
    })),
    workflows: [
      {
        name: workflowName,
        description: 'Reviewed database changes. Made by Query Change; its rules are checked for drift.',
        startPointLayout: { x: -100, y: 0 },
        statuses: changeStatuses.map((status, index) => ({
          statusReference: reference(status),
          layout: { x: (index % 4) * 200, y: Math.floor(index / 4) * 150 },
          properties: {},
        })),
        transitions: [
          {
            id: '1',
            name: 'Create',
            type: 'INITIAL',
            toStatusReference: reference('draft'),
            links: [],
            actions: [],
            validators: [],
            triggers: [],
            properties: {},
          },
          ...transitionKeys.map((key) => transitionRequest(key, ids, rules, site)),
        ],
      },
    ],
  };
}

function transitionRequest(
  key: TransitionKey,
  ids: Readonly<Record<string, string>>,
  rules: Rules,
  site: RuleSite,
): object {
  const { id, name, from, to, validated, reported, asksReason } = transitions[key];
  const config = JSON.stringify(ruleConfig(key, site));
  const rule = (forge: ForgeRule): object => ({
    ruleKey: forge.ruleKey,
    parameters: { key: forge.id, config, disabled: 'false', tag: '' },
  });
  const resolution = ids[`resolution.${to}`] ?? '';
  const setsResolution =
    resolutionNames[to] !== undefined || from.some((status) => resolutionNames[status] !== undefined);
  return {
    id,
    name,
    type: 'DIRECTED',
    toStatusReference: reference(to),
    links: from.map((status) => ({ fromStatusReference: reference(status), fromPort: 0, toPort: 1 })),
    conditions: { operation: 'ALL', conditions: [rule(rules.condition)], conditionGroups: [] },
    validators: validated ? [rule(rules.validator)] : [],
    actions: [
      ...(setsResolution
        ? [
            {
              ruleKey: 'system:update-field',
              parameters: {
                field: 'resolution',
                value: resolutionNames[to] ? resolution : '',
                mode: 'replace',
              },
            },
          ]
        : []),
      ...(reported ? [rule(rules.postFunction)] : []),
    ],
    triggers: [],
    properties: {},
    ...(asksReason && ids['reasonScreenId']
      ? {
          transitionScreen: {
            ruleKey: 'system:transition-screen',
            parameters: { screenId: ids['reasonScreenId'] },
          },
        }
      : {}),
  };
}
