import * as v from 'valibot';
import { doneKey, forgotten, isOurs } from '../kept';
import { listed, Named } from '../lists';
import { otherUsers, schemeKinds } from '../scheme-kinds';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import type { Site } from '../step';
import { workflowName } from '../steps/workflow';
import { keptWorkflow } from '../workflow/read';
import { beforeUs, issuesUseIt, remove, type Removal, type RemovalLook } from './removal';

/** The workflow, unless issues or other schemes use it. */
export const workflowRemoval: Removal = { look };

async function look({ admin }: Site): Promise<RemovalLook> {
  const ids = await admin.ids();
  const id = ids['workflowId'];
  const forget = { ...forgotten('workflowId'), [doneKey('workflow')]: null };
  if (id === undefined) return { state: 'gone', forget };
  const there = await keptWorkflow(admin, ids);
  if (!there) return { state: 'gone', forget };
  const { workflow } = there;
  const what = [`Workflow "${workflow.name}"`];
  const why = await whyItStays(admin, ids, workflow.name);
  if (why !== null) return { state: 'keep', what, why };
  return {
    state: 'remove',
    what,
    why: null,
    async apply() {
      await remove(
        admin,
        rest(['workflow', id]),
        `Delete the workflow "${workflowName}" under Settings, Work items, Workflows, Inactive.`,
      );
      await admin.keep(forget);
    },
  };
}

async function whyItStays(admin: SiteAdmin, ids: KeptIds, name: string): Promise<string | null> {
  if (!isOurs(ids, 'workflowId')) return beforeUs;
  const used = await issuesUseIt(admin, ids);
  if (used !== null) return used;
  const Scheme = v.object({
    ...Named.entries,
    defaultWorkflow: v.optional(v.string()),
    issueTypeMappings: v.optional(v.record(v.string(), v.string()), {}),
  });
  const { values, complete } = await listed(admin, ['workflowscheme'], Scheme, {});
  if (!complete) return 'this site has too many workflow schemes to see whether others use it.';
  const ourScheme = ids['workflowSchemeId'];
  const others = values.filter(
    ({ id, defaultWorkflow, issueTypeMappings }) =>
      id !== ourScheme && (defaultWorkflow === name || Object.values(issueTypeMappings).includes(name)),
  );
  if (others.length > 0) {
    return `other workflow schemes use it: ${others.map((scheme) => `"${scheme.name}"`).join(', ')}.`;
  }
  const kind = schemeKinds.find(({ idKey }) => idKey === 'workflowSchemeId');
  if (!kind || ourScheme === undefined) return null;
  // Our own scheme goes before the workflow, unless other projects have come to use it.
  const projects = await otherUsers(admin, kind, ourScheme, ids['projectId'] ?? '');
  if (projects === null) return 'this site has too many projects to see whether others use it.';
  return projects.length === 0 ? null : `other projects use it: ${projects.join(', ')}.`;
}
