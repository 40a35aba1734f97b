import * as v from 'valibot';
import { beforeKeys, doneKey } from '../kept';
import { Id } from '../lists';
import { rest } from '../site-admin';
import { blocked, change, existing, manual, ready, type Look, type Site, type Step } from '../step';

const Project = v.object({
  id: Id,
  key: v.string(),
  name: v.string(),
  style: v.optional(v.string()),
  simplified: v.optional(v.boolean()),
  archived: v.optional(v.boolean(), false),
});

/** What is known of another project and says nothing of this one. */
const ofAnotherProject = Object.fromEntries([...beforeKeys, doneKey('panel')].map((key) => [key, null]));

/** The company-managed project that Query Change serves. Chosen by an admin, never made. */
export const projectStep: Step = { look };

async function look({ admin, projectKey }: Site): Promise<Look> {
  const ids = await admin.ids();
  const wanted = projectKey ?? ids['projectId'];
  if (!wanted) {
    return blocked('No project is chosen yet.', 'Choose a company-managed project for query changes.');
  }
  const name = projectKey ?? ids['projectKey'] ?? wanted;
  const project = await existing(admin, rest(['project', wanted]), Project);
  if (!project || project.archived) {
    const detail = project ? 'archived' : 'gone: deleted, or hidden from you';
    return manual(
      `The project ${name} is ${detail}.`,
      'Restore it under Settings, Projects, Archive or Trash; or choose another company-managed project.',
      ids['projectId'] ? [change('repair', `Project ${name}`, detail)] : [],
    );
  }
  const title = `Project ${project.name} (${project.key})`;
  if (project.simplified === true || project.style === 'next-gen') {
    return manual(
      `${title} is team-managed.`,
      'Choose a company-managed project: workflow schemes exist only there.',
      ids['projectId'] ? [change('repair', title, 'team-managed, should be company-managed')] : [],
    );
  }
  const known = ids['projectId'] === project.id && ids['projectKey'] === project.key;
  const detail =
    ids['projectId'] === undefined
      ? 'Query Change will serve it; nothing in it changes yet'
      : `instead of ${ids['projectKey'] ?? 'another'}`;
  const act = {
    change: change('change', title, detail),
    run: () =>
      admin.keep({
        projectId: project.id,
        projectKey: project.key,
        ...(ids['projectId'] === project.id ? {} : ofAnotherProject),
      }),
  };
  return ready(known ? [] : [act], `${title} is company-managed.`, `Uses ${title}.`);
}
