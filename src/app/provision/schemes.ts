import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { rest, type SiteAdmin } from './site-admin';
import { needed, type StepOutcome } from './step';
import { workflowName } from './workflow';

const Nothing = v.unknown();
const TextId = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);
const Page = v.object({ values: v.array(v.object({ id: TextId, name: v.string() })) });

/** One of the three schemes that bind a project to its issue types, screens and workflow. */
interface SchemeKind {
  readonly label: string;
  readonly path: string;
  readonly idName: string;
  readonly body: (ids: Readonly<Record<string, string>>) => object;
  readonly made: v.GenericSchema<unknown, string>;
  /** Projects that use the scheme now, by id. */
  readonly users: (admin: SiteAdmin, schemeId: string) => Promise<string[]>;
}

const schemeKinds: readonly SchemeKind[] = [
  {
    label: 'issue type scheme',
    path: 'issuetypescheme',
    idName: 'issueTypeSchemeId',
    body: (ids) => ({
      name: issueTypeName,
      issueTypeIds: [ids['issueTypeId']],
      defaultIssueTypeId: ids['issueTypeId'],
    }),
    made: v.pipe(
      v.object({ issueTypeSchemeId: TextId }),
      v.transform(({ issueTypeSchemeId }) => issueTypeSchemeId),
    ),
    users: async (admin, id) => projectsOf(admin, 'issuetypescheme', 'issueTypeScheme', id),
  },
  {
    label: 'issue type screen scheme',
    path: 'issuetypescreenscheme',
    idName: 'issueTypeScreenSchemeId',
    body: (ids) => ({
      name: issueTypeName,
      issueTypeMappings: [{ issueTypeId: 'default', screenSchemeId: ids['screenSchemeId'] }],
    }),
    made: v.pipe(
      v.object({ id: TextId }),
      v.transform(({ id }) => id),
    ),
    users: async (admin, id) => projectsOf(admin, 'issuetypescreenscheme', 'issueTypeScreenScheme', id),
  },
  {
    label: 'workflow scheme',
    path: 'workflowscheme',
    idName: 'workflowSchemeId',
    body: (ids) => ({
      name: issueTypeName,
      defaultWorkflow: workflowName,
      issueTypeMappings: { [ids['issueTypeId'] ?? '']: workflowName },
    }),
    made: v.pipe(
      v.object({ id: TextId }),
      v.transform(({ id }) => id),
    ),
    users: async (admin, id) => projectsOf(admin, 'workflowscheme', 'workflowScheme', id),
  },
];

/**
 * Makes the three schemes of our own and binds the project to them. A scheme of our name that other projects use too is
 * refused, with their names: changing it would change them.
 */
export async function makeSchemes(admin: SiteAdmin): Promise<StepOutcome> {
  const projectId = (await admin.ids())['projectId'] ?? '';
  let bound = 0;
  for (const kind of schemeKinds) {
    const schemeId = await makeScheme(admin, kind);
    const users = await kind.users(admin, schemeId);
    const others = users.filter((id) => id !== projectId);
    if (others.length > 0) return shared(kind, others);
    if (users.includes(projectId)) continue;
    needed(
      await admin.send('PUT', rest([kind.path, 'project']), { [kind.idName]: schemeId, projectId }, Nothing),
      `Assign the ${kind.label} "${issueTypeName}" to the project under Project settings. A project with issues of other types needs a migration there.`,
    );
    bound += 1;
  }
  return bound === 0
    ? { state: 'unchanged', message: 'The project uses our schemes.' }
    : { state: 'done', message: `The project now uses our schemes (${bound} assigned).` };
}

async function makeScheme(admin: SiteAdmin, kind: SchemeKind): Promise<string> {
  const ids = await admin.ids();
  const kept = ids[kind.idName];
  if (kept) return kept;
  const instruction = `Add a ${kind.label} named "${issueTypeName}".`;
  const search = rest([kind.path], kind.path === 'workflowscheme' ? {} : { queryString: issueTypeName });
  const existing = needed(await admin.get(search, Page), instruction);
  const id =
    existing.values.find(({ name }) => name === issueTypeName)?.id ??
    needed(await admin.send('POST', rest([kind.path]), kind.body(ids), kind.made), instruction);
  await admin.keep({ [kind.idName]: id });
  return id;
}

/**
 * Projects bound to a scheme. Jira answers "which scheme has this project", so the site's projects are asked in one
 * call of at most 100 ids (the platform's cap); a larger site is asked page by page.
 */
async function projectsOf(
  admin: SiteAdmin,
  path: string,
  member: string,
  schemeId: string,
): Promise<string[]> {
  const Projects = v.object({
    isLast: v.optional(v.boolean(), true),
    values: v.array(v.object({ id: v.string() })),
  });
  const Association = v.object({ values: v.array(v.looseObject({ projectIds: v.array(v.string()) })) });
  const found: string[] = [];
  for (let startAt = 0; ; startAt += 50) {
    const query = { startAt: String(startAt), maxResults: '50' };
    const page = needed(
      await admin.get(rest(['project', 'search'], query), Projects),
      'Check that you are a Jira administrator.',
    );
    const search = new URLSearchParams(page.values.map(({ id }): [string, string] => ['projectId', id]));
    const associations = `/rest/api/3/${path}/project?${search.toString()}`;
    const { values } = needed(
      await admin.get(associations, Association),
      'Check that you are a Jira administrator.',
    );
    for (const value of values) {
      const scheme = v.safeParse(v.object({ id: TextId }), value[member]);
      if (scheme.success && scheme.output.id === schemeId) found.push(...value.projectIds);
    }
    if (page.isLast || page.values.length === 0) return found;
  }
}

function shared(kind: SchemeKind, others: readonly string[]): StepOutcome {
  return {
    state: 'manual',
    message: `The ${kind.label} "${issueTypeName}" is also used by ${others.length} other project(s): ${others.join(', ')}.`,
    instruction: 'Give those projects a scheme of their own first, then repeat this step.',
  };
}
