import * as v from 'valibot';
import { changeStatuses, jiraStatusNames } from '#core/change/status';
import { issueTypeName, resolutionNames, statusCategories } from '#core/workflow/definition';
import { moduleAri, rest, type SiteAdmin } from './site-admin';
import { needed, type StepOutcome } from './step';

const Id = v.object({ id: v.union([v.string(), v.pipe(v.number(), v.transform(String))]) });
const Named = v.object({ ...Id.entries, name: v.string() });

/** Finds the company-managed project that Query Change is to serve. */
export async function findProject(admin: SiteAdmin, projectKey: string): Promise<StepOutcome> {
  const Project = v.object({
    ...Named.entries,
    key: v.string(),
    style: v.optional(v.string()),
    simplified: v.optional(v.boolean()),
  });
  const project = needed(
    await admin.get(rest(['project', projectKey]), Project),
    'Create a company-managed project for query changes and enter its key.',
  );
  if (project.simplified === true || project.style === 'next-gen') {
    return {
      state: 'manual',
      message: `${project.name} is team-managed.`,
      instruction: 'Choose a company-managed project: workflow schemes exist only there.',
    };
  }
  await admin.keep({ projectId: project.id, projectKey: project.key });
  return { state: 'done', message: `Uses project ${project.name} (${project.key}).` };
}

/** Manifest keys of the read-only fields, by our name. */
export const fieldModules = {
  author: 'qc-author',
  approverGroup: 'qc-approver-group',
  connection: 'qc-connection',
  approvals: 'qc-approvals',
  outcome: 'qc-outcome',
} as const;

/** Finds the fields that the installed app brought; Forge makes them when the app is installed. */
export async function findFields(admin: SiteAdmin): Promise<StepOutcome> {
  const Field = v.object({
    id: v.string(),
    schema: v.optional(v.object({ custom: v.optional(v.string()) })),
  });
  const fields = needed(await admin.get(rest(['field']), v.array(Field)), 'Check that the app is installed.');
  const found: Record<string, string> = {};
  for (const [name, moduleKey] of Object.entries(fieldModules)) {
    const ari = moduleAri(admin, moduleKey);
    const field = fields.find(({ schema }) => schema?.custom === ari);
    if (!field) {
      return {
        state: 'manual',
        message: `The field ${moduleKey} is missing.`,
        instruction:
          'Reinstall the app: its fields are made at installation. A deleted field can be restored for 60 days.',
      };
    }
    found[`field.${name}`] = field.id;
  }
  await admin.keep(found);
  return { state: 'done', message: `${Object.keys(found).length} read-only fields found.` };
}

/** Makes or finds the issue type. */
export async function makeIssueType(admin: SiteAdmin): Promise<StepOutcome> {
  const existing = needed(
    await admin.get(rest(['issuetype']), v.array(Named)),
    'Check that you are a Jira administrator.',
  );
  const found = existing.find(({ name }) => name === issueTypeName);
  if (found) {
    await admin.keep({ issueTypeId: found.id });
    return { state: 'unchanged', message: `Issue type ${issueTypeName} exists.` };
  }
  const body = {
    name: issueTypeName,
    description: 'A reviewed database change: SQL, approvals, execution and result in one issue.',
    type: 'standard',
  };
  const made = needed(
    await admin.send('POST', rest(['issuetype']), body, Id),
    `Add an issue type named "${issueTypeName}" under Settings, Issues, Issue types.`,
  );
  await admin.keep({ issueTypeId: made.id });
  return { state: 'done', message: `Issue type ${issueTypeName} made.` };
}

/** Makes or finds the global statuses. */
export async function makeStatuses(admin: SiteAdmin): Promise<StepOutcome> {
  const Page = v.object({ values: v.array(Named) });
  const found: Record<string, string> = {};
  const search = rest(['statuses', 'search'], { maxResults: '200' });
  const all = needed(await admin.get(search, Page), 'Check that you are a Jira administrator.').values;
  for (const status of changeStatuses) {
    const match = all.find(({ name }) => name.toLowerCase() === jiraStatusNames[status].toLowerCase());
    if (match) found[`status.${status}`] = match.id;
  }
  const missing = changeStatuses.filter((status) => found[`status.${status}`] === undefined);
  if (missing.length > 0) {
    const body = {
      scope: { type: 'GLOBAL' },
      statuses: missing.map((status) => ({
        name: jiraStatusNames[status],
        statusCategory: statusCategories[status],
      })),
    };
    const made = needed(
      await admin.send('POST', rest(['statuses']), body, v.array(Named)),
      `Add these statuses: ${missing.map((status) => jiraStatusNames[status]).join(', ')}.`,
    );
    for (const status of missing) {
      const match = made.find(({ name }) => name === jiraStatusNames[status]);
      if (match) found[`status.${status}`] = match.id;
    }
  }
  await admin.keep(found);
  return missing.length === 0
    ? { state: 'unchanged', message: 'All statuses exist.' }
    : { state: 'done', message: `${missing.length} statuses made.` };
}

/** Makes or finds the resolutions that Done statuses set. */
export async function makeResolutions(admin: SiteAdmin): Promise<StepOutcome> {
  const Page = v.object({ values: v.array(Named) });
  const search = rest(['resolution', 'search'], { maxResults: '100' });
  const all = needed(await admin.get(search, Page), 'Check that you are a Jira administrator.').values;
  let made = 0;
  for (const [status, name] of Object.entries(resolutionNames)) {
    let id = all.find((resolution) => resolution.name === name)?.id;
    if (id === undefined) {
      const body = { name, description: `Set by Query Change when a change is ${status.replace('-', ' ')}.` };
      id = needed(
        await admin.send('POST', rest(['resolution']), body, Id),
        `Add a resolution named "${name}".`,
      ).id;
      made += 1;
    }
    await admin.keep({ [`resolution.${status}`]: id });
  }
  return made === 0
    ? { state: 'unchanged', message: 'All resolutions exist.' }
    : { state: 'done', message: `${made} resolutions made.` };
}
