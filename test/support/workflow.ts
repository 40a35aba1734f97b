import * as v from 'valibot';
import { transitions } from '#core/workflow/definition';
import type { TransitionKey } from '#core/workflow/steps';
import { workflowName } from '../../src/app/provision/steps/workflow';
import type { TestChange } from './change';
import type { TestSite } from './local-site';

const Rule = v.looseObject({
  ruleKey: v.string(),
  parameters: v.optional(v.record(v.string(), v.string()), {}),
});
const Transition = v.looseObject({ id: v.string(), actions: v.optional(v.array(Rule), []) });
const Workflows = v.object({
  statuses: v.array(v.unknown()),
  workflows: v.pipe(
    v.array(
      v.looseObject({
        id: v.string(),
        version: v.unknown(),
        statuses: v.array(v.unknown()),
        transitions: v.array(Transition),
      }),
    ),
    v.length(1),
  ),
});
type Transitions = v.InferOutput<typeof Transition>[];

async function readWorkflow(site: TestSite): Promise<v.InferOutput<typeof Workflows>> {
  const read = await site.rest('admin', 'POST', '/rest/api/3/workflows', { workflowNames: [workflowName] });
  return v.parse(Workflows, read.body);
}

async function editTransitions(site: TestSite, edit: (before: Transitions) => Transitions): Promise<void> {
  const { statuses, workflows } = await readWorkflow(site);
  const edited = workflows.map(({ id, version, statuses: layout, transitions: before }) => ({
    id,
    version,
    statuses: layout,
    transitions: edit(before),
  }));
  const body = { statuses, workflows: edited };
  const written = await site.rest('admin', 'POST', '/rest/api/3/workflows/update', body);
  if (written.status !== 200) throw new Error(`${written.status} ${JSON.stringify(written.body)}`);
}

/** Edits the workflow as an admin would, so that every rule of these transitions goes; answers how to bring them back. */
export async function removeRules(
  site: TestSite,
  ...keys: readonly TransitionKey[]
): Promise<() => Promise<void>> {
  const { workflows } = await readWorkflow(site);
  const original = workflows[0]?.transitions ?? [];
  const ids = new Set(keys.map((key) => transitions[key].id));
  await editTransitions(site, (before) =>
    before.map((transition) => {
      if (!ids.has(transition.id)) return transition;
      const { conditions: _conditions, ...rest } = transition;
      return { ...rest, validators: [], actions: [] };
    }),
  );
  return async () => editTransitions(site, () => original);
}

/** The event that Jira delivers to our post-function when `actor` makes a transition. */
export async function postFunctionEvent(
  site: TestSite,
  key: TransitionKey,
  change: Pick<TestChange, 'id' | 'key'>,
  actor: string,
): Promise<object> {
  const { workflows } = await readWorkflow(site);
  const actions = workflows[0]?.transitions.find(({ id }) => id === transitions[key].id)?.actions ?? [];
  const config = actions.map(({ parameters }) => parameters['config']).find((text) => text !== undefined);
  if (config === undefined) throw new Error(`${key} has no post-function`);
  return {
    issue: { id: change.id, key: change.key },
    atlassianId: actor,
    configuration: JSON.parse(config) as unknown,
  };
}
