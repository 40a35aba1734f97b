import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import type { SchemeIdKey } from './kept';
import { Id, listed, Named, type Made, Nothing } from './lists';
import { rest, type KeptIds, type SiteAdmin } from './site-admin';
import { askAnAdmin, existing, keptId, needed } from './step';

/** One of the three schemes that bind a project to its issue types, screens and workflow. */
export interface SchemeKind {
  /** What people call it. */
  readonly label: string;
  readonly path: string;
  /** Its id in Jira's bodies, and in what we keep. */
  readonly idKey: SchemeIdKey;
  /** Its name in the answer that says which project uses which scheme. */
  readonly member: string;
  /** What it holds when it is ours, in words. */
  readonly holds: string;
  /** Body that makes it. */
  body(ids: KeptIds): object;
  readonly made: v.GenericSchema<unknown, v.InferOutput<typeof Made>>;
  /** Null when a scheme holds what it must for our issue type; else what is wrong, and the request that corrects it. */
  wrong(admin: SiteAdmin, ids: KeptIds, schemeId: string): Promise<Wrong | null>;
}

interface Wrong {
  readonly words: string;
  correct(): ReturnType<SiteAdmin['send']>;
}

const issueTypeScheme: SchemeKind = {
  label: 'issue type scheme',
  path: 'issuetypescheme',
  idKey: 'issueTypeSchemeId',
  member: 'issueTypeScheme',
  holds: `the issue type "${issueTypeName}"`,
  body: (ids) => ({
    name: issueTypeName,
    issueTypeIds: [keptId(ids, 'issueTypeId')],
    defaultIssueTypeId: keptId(ids, 'issueTypeId'),
  }),
  made: v.pipe(
    v.object({ issueTypeSchemeId: Id }),
    v.transform(({ issueTypeSchemeId }) => ({ id: issueTypeSchemeId })),
  ),
  async wrong(admin, ids, schemeId) {
    const Mapping = v.object({ issueTypeId: Id });
    const query = { issueTypeSchemeId: schemeId };
    const { values } = await listed(admin, ['issuetypescheme', 'mapping'], Mapping, query);
    if (values.some(({ issueTypeId }) => issueTypeId === ids['issueTypeId'])) return null;
    return {
      words: `lacks the issue type "${issueTypeName}"`,
      correct: () =>
        admin.send(
          'PUT',
          rest(['issuetypescheme', schemeId, 'issuetype']),
          { issueTypeIds: [keptId(ids, 'issueTypeId')] },
          Nothing,
        ),
    };
  },
};

const screenScheme: SchemeKind = {
  label: 'issue type screen scheme',
  path: 'issuetypescreenscheme',
  idKey: 'issueTypeScreenSchemeId',
  member: 'issueTypeScreenScheme',
  holds: `the screen scheme "${issueTypeName}"`,
  body: (ids) => ({
    name: issueTypeName,
    issueTypeMappings: [{ issueTypeId: 'default', screenSchemeId: keptId(ids, 'screenSchemeId') }],
  }),
  made: v.object({ id: Id }),
  async wrong(admin, ids, schemeId) {
    const Mapping = v.object({ issueTypeId: Id, screenSchemeId: Id });
    const query = { issueTypeScreenSchemeId: schemeId };
    const { values } = await listed(admin, ['issuetypescreenscheme', 'mapping'], Mapping, query);
    const of = (type: string | undefined) =>
      values.find(({ issueTypeId }) => issueTypeId === type)?.screenSchemeId;
    if ((of(ids['issueTypeId']) ?? of('default')) === ids['screenSchemeId']) return null;
    const mapping = () => ({
      issueTypeId: keptId(ids, 'issueTypeId'),
      screenSchemeId: keptId(ids, 'screenSchemeId'),
    });
    return {
      words: `shows other screens for the issue type "${issueTypeName}"`,
      // ⚠ Documented to append mappings; that it replaces one of the same issue type is not seen on a live site.
      correct: () =>
        admin.send(
          'PUT',
          rest(['issuetypescreenscheme', schemeId, 'mapping']),
          { issueTypeMappings: [mapping()] },
          Nothing,
        ),
    };
  },
};

const Metadata = v.object({ id: v.string() });
const SchemeRead = v.looseObject({
  id: v.string(),
  name: v.string(),
  description: v.optional(v.nullable(v.string()), ''),
  version: v.object({ id: v.string(), versionNumber: v.number() }),
  defaultWorkflow: v.nullish(Metadata),
  workflowsForIssueTypes: v.array(v.object({ workflow: Metadata, issueTypeIds: v.array(v.string()) })),
});

const workflowScheme: SchemeKind = {
  label: 'workflow scheme',
  path: 'workflowscheme',
  idKey: 'workflowSchemeId',
  member: 'workflowScheme',
  holds: `the workflow "${issueTypeName}"`,
  body: (ids) => ({
    name: issueTypeName,
    defaultWorkflow: issueTypeName,
    issueTypeMappings: { [keptId(ids, 'issueTypeId')]: issueTypeName },
  }),
  made: v.object({ id: Id }),
  async wrong(admin, ids, schemeId) {
    const body = { workflowSchemeIds: [schemeId] };
    const read = needed(
      await admin.ask(rest(['workflowscheme', 'read']), body, v.array(SchemeRead)),
      askAnAdmin,
    );
    const scheme = read.find(({ id }) => id === schemeId);
    if (!scheme) return null;
    const typeId = ids['issueTypeId'] ?? '';
    const own = scheme.workflowsForIssueTypes.find(({ issueTypeIds }) => issueTypeIds.includes(typeId));
    const workflowId = own?.workflow.id ?? scheme.defaultWorkflow?.id;
    if (workflowId !== undefined && workflowId === ids['workflowId']) return null;
    const others = scheme.workflowsForIssueTypes
      .map(({ workflow, issueTypeIds }) => ({
        workflowId: workflow.id,
        issueTypeIds: issueTypeIds.filter((id) => id !== typeId),
      }))
      .filter(({ issueTypeIds }) => issueTypeIds.length > 0);
    return {
      words: `gives the issue type "${issueTypeName}" another workflow`,
      correct: () =>
        admin.send(
          'POST',
          rest(['workflowscheme', 'update']),
          {
            id: schemeId,
            name: scheme.name,
            description: scheme.description ?? '',
            version: scheme.version,
            ...(scheme.defaultWorkflow ? { defaultWorkflowId: scheme.defaultWorkflow.id } : {}),
            workflowsForIssueTypes: [
              ...others,
              { workflowId: keptId(ids, 'workflowId'), issueTypeIds: [typeId] },
            ],
          },
          Nothing,
        ),
    };
  },
};

/** What a scheme of ours is called at the start of a sentence, for example `Workflow scheme "Query Change"`. */
export const titleOf = ({ label }: SchemeKind): string =>
  `${label.charAt(0).toUpperCase()}${label.slice(1)} "${issueTypeName}"`;

/** Where an admin finds the schemes of a kind. */
export const menuOf = ({ label }: SchemeKind): string => `Settings, Work items, ${label}s`;

export const schemeKinds: readonly SchemeKind[] = [issueTypeScheme, screenScheme, workflowScheme];

/** The scheme that a project uses. */
export async function schemeOfProject(
  admin: SiteAdmin,
  kind: SchemeKind,
  projectId: string,
): Promise<Named | undefined> {
  const [first] = await associations(admin, kind, [projectId]);
  return first?.scheme;
}

/** A scheme by its id; undefined when it is gone. */
export async function schemeById(
  admin: SiteAdmin,
  kind: SchemeKind,
  schemeId: string,
): Promise<Named | undefined> {
  // Workflow schemes are asked for one by one, the others by a list of ids.
  if (kind.path === 'workflowscheme') return existing(admin, rest(['workflowscheme', schemeId]), Named);
  const { values } = await listed(admin, [kind.path], Named, { id: schemeId });
  return values.find(({ id }) => id === schemeId);
}

/** A scheme of ours: by its kept id, else by its exact name; undefined when there is none. */
export async function findScheme(
  admin: SiteAdmin,
  kind: SchemeKind,
  keptSchemeId: string | undefined,
): Promise<Named | undefined> {
  const kept = keptSchemeId === undefined ? undefined : await schemeById(admin, kind, keptSchemeId);
  if (kept) return kept;
  // Workflow schemes cannot be searched by name.
  const query = kind.path === 'workflowscheme' ? {} : { queryString: issueTypeName };
  const { values } = await listed(admin, [kind.path], Named, query);
  return values.find(({ name }) => name === issueTypeName);
}

/**
 * Other projects that use a scheme, by key; null when the site has more projects than are looked at. Jira answers "which
 * scheme has this project", so the site's projects are asked, 50 at a time.
 */
export async function otherUsers(
  admin: SiteAdmin,
  kind: SchemeKind,
  schemeId: string,
  projectId: string,
): Promise<string[] | null> {
  const Project = v.object({ id: v.string(), key: v.string() });
  const { values, complete } = await listed(admin, ['project', 'search'], Project, {});
  if (!complete) return null;
  const users: string[] = [];
  for (let at = 0; at < values.length; at += 50) {
    const ids = values.slice(at, at + 50).map(({ id }) => id);
    const rows = await associations(admin, kind, ids);
    users.push(
      ...rows.filter(({ scheme }) => scheme.id === schemeId).flatMap(({ projectIds }) => projectIds),
    );
  }
  return values.filter(({ id }) => id !== projectId && users.includes(id)).map(({ key }) => key);
}

async function associations(
  admin: SiteAdmin,
  kind: SchemeKind,
  projectId: readonly string[],
): Promise<{ scheme: Named; projectIds: string[] }[]> {
  const Answer = v.object({ values: v.array(v.looseObject({ projectIds: v.array(v.string()) })) });
  const { values } = needed(await admin.get(rest([kind.path, 'project'], { projectId }), Answer), askAnAdmin);
  return values.flatMap((value) => {
    const scheme = v.safeParse(Named, value[kind.member]);
    return scheme.success ? [{ scheme: scheme.output, projectIds: value.projectIds }] : [];
  });
}
