import * as v from 'valibot';
import { changeStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { issueTypeName, ruleModules, transitions as definitions } from '#core/workflow/definition';
import { transitionKeys } from '#core/workflow/steps';
import { found, made } from '../kept';
import { Nothing } from '../lists';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import {
  askAnAdmin,
  blocked,
  change,
  keptId,
  manual,
  needed,
  StepRefused,
  type Look,
  type Site,
  type Step,
} from '../step';
import { changesOf, compareWorkflow } from '../workflow/compare';
import type { OurRules, WorkflowSite } from '../workflow/desired';
import { createPayload, updatePayload } from '../workflow/payload';
import { findWorkflow } from '../workflow/read';
import { Capabilities, type ReadReply, type Workflow } from '../workflow/shape';

/** Name of the workflow on the site. */
export const workflowName = issueTypeName;

const title = `Workflow "${workflowName}"`;
const instruction = `Open ${workflowName} under Settings, Work items, Workflows; undo the changes that this step names. If Jira refuses without a reason, ask Atlassian support with its message.`;
const rulesMissing =
  'Check that the app is installed and its workflow modules are enabled, then repeat this step.';

/** The workflow with the rules on its transitions: made, or brought back to its one source. */
export const workflowStep: Step = { look };

async function look(site: Site): Promise<Look> {
  const { admin } = site;
  const operators = (await site.ports.settings.read()).operatorGroup;
  if (!operators) {
    return blocked(
      'No operator group is chosen yet.',
      'Choose who may run and resolve changes, then repeat this step.',
    );
  }
  const ids = await admin.ids();
  const there = await findWorkflow(admin, ids, workflowName);
  const done = `${title} is ready: ${changeStatuses.length} statuses, ${transitionKeys.length} transitions.`;
  const right = `${title} is as it should be.`;
  if (!there) return { state: 'ready', changes: [creation(ids)], right, done, apply: () => create(site) };
  const { read, workflow } = there;
  const stranger = ids['workflowId'] !== workflow.id;
  if (stranger && isForeign(workflow)) {
    return manual(
      `${title} exists and is not ours.`,
      `Rename that workflow under Settings, Work items, Workflows; then repeat this step.`,
    );
  }
  const rules = await readRules(admin, ids);
  if (!rules) return manual('Jira does not offer the workflow rules of Query Change.', rulesMissing);
  const wanted = await wantedSite(site, ids, rules, read);
  const changes = changesOf(compareWorkflow(workflow, wanted), workflow, wanted);
  return {
    state: 'ready',
    changes: [...(stranger ? [change('change', title, 'exists already; will be used')] : []), ...changes],
    right,
    done,
    async apply() {
      if (stranger) await admin.keep(found('workflowId', workflow.id));
      if (changes.length > 0) await update(site, rules);
    },
  };
}

function creation(ids: KeptIds): Look['changes'][number] {
  const gone = ids['workflowId'] !== undefined ? 'gone; will be made again: ' : '';
  const names = transitionKeys.map((key) => definitions[key].name).join(', ');
  return change(
    gone === '' ? 'create' : 'repair',
    title,
    `${gone}${changeStatuses.length} statuses, ${transitionKeys.length} transitions with our rules on each: ${names}`,
  );
}

/** True for a workflow of our name that has none of our transitions: changing it would change somebody else's work. */
function isForeign(workflow: Workflow): boolean {
  return !transitionKeys.some((key) =>
    workflow.transitions.some(({ id, name }) => id === definitions[key].id && name === definitions[key].name),
  );
}

async function readRules(admin: SiteAdmin, ids: KeptIds): Promise<OurRules | undefined> {
  const query = {
    ...(ids['projectId'] ? { projectId: ids['projectId'] } : {}),
    ...(ids['issueTypeId'] ? { issueTypeId: ids['issueTypeId'] } : {}),
  };
  const path = rest(['workflows', 'capabilities'], query);
  const { forgeRules } = needed(await admin.get(path, Capabilities), askAnAdmin);
  const find = (module: string) =>
    forgeRules.find(({ id }) => id.includes(admin.app.appUuid) && id.endsWith(`/${module}`));
  const condition = find(ruleModules.condition);
  const validator = find(ruleModules.validator);
  const postFunction = find(ruleModules.postFunction);
  return condition && validator && postFunction ? { condition, validator, postFunction } : undefined;
}

/** What the workflow should name; `read` tells under which references it knows its statuses. */
async function wantedSite(
  { ports }: Site,
  ids: KeptIds,
  rules: OurRules,
  read: Pick<ReadReply, 'statuses'>,
): Promise<WorkflowSite> {
  const { operatorGroup } = await ports.settings.read();
  return {
    rules,
    config: {
      app: await ports.appAccountId(),
      authorField: keptId(ids, 'field.author'),
      groupField: keptId(ids, 'field.approverGroup'),
      operatorGroup: operatorGroup?.name ?? '',
    },
    resolutionId: (status) => keptId(ids, `resolution.${status}`),
    reasonScreenId: keptId(ids, 'reasonScreenId'),
    reference: (status) =>
      read.statuses.find(({ id }) => id === ids[`status.${status}`])?.statusReference ?? `ref-${status}`,
  };
}

const statusIds =
  (ids: KeptIds) =>
  (status: ChangeStatus): string =>
    keptId(ids, `status.${status}`);

async function create(site: Site): Promise<void> {
  const { admin } = site;
  const ids = await admin.ids();
  const rules = await readRules(admin, ids);
  if (!rules) throw new StepRefused('Jira does not offer the workflow rules of Query Change.', rulesMissing);
  const Created = v.object({ workflows: v.array(v.object({ id: v.string() })) });
  const wanted = await wantedSite(site, ids, rules, { statuses: [] });
  const body = createPayload(wanted, statusIds(ids));
  const created = needed(
    await admin.send('POST', rest(['workflows', 'create']), body, Created),
    `Check that the statuses ${changeStatuses.map((status) => jiraStatusNames[status]).join(', ')} exist, then repeat this step; else ask Atlassian support with this message.`,
  );
  await admin.keep(made('workflowId', created.workflows[0]?.id ?? ''));
}

/** Repairs what is there now; once more when somebody changed the workflow between our reading and our writing. */
async function update(site: Site, rules: OurRules): Promise<void> {
  const { admin } = site;
  for (let attempt = 1; ; attempt += 1) {
    const ids = await admin.ids();
    const there = await findWorkflow(admin, ids, workflowName);
    if (!there) throw new StepRefused(`${title} is gone.`, 'Repeat this step: it will be made again.');
    const { read, workflow } = there;
    const wanted = await wantedSite(site, ids, rules, read);
    const body = updatePayload(read, workflow, wanted, statusIds(ids));
    const reply = await admin.send('POST', rest(['workflows', 'update']), body, Nothing);
    if (!reply.ok && reply.error.status === 409 && attempt === 1) continue;
    needed(reply, instruction);
    return;
  }
}
