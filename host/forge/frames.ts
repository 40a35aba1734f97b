import * as v from 'valibot';
import type { AppModule, JiraSite } from '../contract';
import type { FrameContext, FramePlace, GadgetModule, IssueModule } from './bridge/host-protocol';
import { isDisplayed } from './display-conditions';
import { createGadgetContext, type GadgetConfigurations } from './gadgets';
import type { Installation } from './installation';
import { localId, type ExtensionContext } from './invoke';
import type { Manifest } from './manifest';
import { NotVisible } from './not-visible';

const IssueSchema = v.looseObject({
  id: v.string(),
  key: v.string(),
  fields: v.looseObject({
    issuetype: v.looseObject({ id: v.string(), name: v.optional(v.string(), '') }),
    project: v.looseObject({
      id: v.string(),
      key: v.string(),
      projectTypeKey: v.optional(v.string(), 'software'),
    }),
  }),
});

/** Module types with a frame on the issue view, and those with a page of their own. */
const ISSUE_TYPES = ['jira:issuePanel', 'jira:issueContext', 'jira:issueActivity', 'jira:issueAction'];
const PermissionSchema = v.object({
  permissions: v.object({ ADMINISTER: v.looseObject({ havePermission: v.boolean() }) }),
});
const EditSchema = v.looseObject({ resource: v.string() });
const ADMIN_TYPE = 'jira:adminPage';
const GADGET_TYPE = 'jira:dashboardGadget';
const PAGE_TYPES = [ADMIN_TYPE, 'jira:globalPage', 'jira:projectPage', 'jira:projectSettingsPage'];

/** What frames of the app are on a page and what they know about it. */
export interface Frames {
  /** Product context of a module, read from Jira as the viewer, so that no frame can make one up. */
  extension(accountId: string, moduleKey: string, place: FramePlace): Promise<ExtensionContext>;
  /** Everything that `view.getContext()` says. */
  context(accountId: string, moduleKey: string, place: FramePlace): Promise<FrameContext>;
  /** Modules that could be on an issue's view; `added` says whether the viewer sees them there. */
  onIssue(accountId: string, issueIdOrKey: string): Promise<{ issueId: string; modules: IssueModule[] }>;
  /** Pages of the app that the viewer may open. */
  pages(accountId: string): Promise<IssueModule[]>;
  /** Gadgets of the app that the viewer may add to a dashboard. */
  gadgets(accountId: string): Promise<GadgetModule[]>;
  /** Whether Jira counts the viewer among its administrators. */
  isAdmin(accountId: string): Promise<boolean>;
}

/** Where panels are shown: pinned to the project by an admin, or added to one issue by a user. */
export interface PanelPlaces {
  pinned(projectIdOrKey: string): readonly string[];
  added(issueId: string): readonly string[];
}

/** Makes the frames of one app. */
export function createFrames(options: {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly jira: JiraSite;
  readonly siteUrl: () => string;
  readonly panelOrigin: () => string;
  readonly places: PanelPlaces;
  readonly configurations: GadgetConfigurations;
}): Frames {
  const { manifest, installation, jira } = options;
  const gadgetContext = createGadgetContext(jira, options.siteUrl, options.configurations);

  function find(moduleKey: string): { type: string; module: AppModule } {
    for (const [type, modules] of Object.entries(manifest.modules)) {
      const module = modules.find(({ key, resource }) => key === moduleKey && typeof resource === 'string');
      if (module !== undefined) return { type, module };
    }
    throw new NotVisible(`The app has no module ${moduleKey} with a resource`);
  }

  async function get(accountId: string, path: string): Promise<Response> {
    const request = new Request(new URL(path, options.siteUrl()));
    return await jira.fetch(request, { principal: { kind: 'user', accountId }, via: 'rest' });
  }

  async function readIssue(accountId: string, idOrKey: string): Promise<v.InferOutput<typeof IssueSchema>> {
    const response = await get(
      accountId,
      `/rest/api/3/issue/${encodeURIComponent(idOrKey)}?fields=issuetype,project`,
    );
    if (!response.ok)
      throw new NotVisible(`Issue ${idOrKey} does not exist or you do not have permission to see it`);
    return v.parse(IssueSchema, await response.json());
  }

  async function isAdmin(accountId: string): Promise<boolean> {
    const response = await get(accountId, '/rest/api/3/mypermissions?permissions=ADMINISTER');
    return (
      response.ok && v.parse(PermissionSchema, await response.json()).permissions.ADMINISTER.havePermission
    );
  }

  function framed(type: string): AppModule[] {
    return (manifest.modules[type] ?? []).filter((module) => typeof module['resource'] === 'string');
  }

  function frameOf(view: Readonly<Record<string, unknown>>): { src: string; render?: 'native' } {
    const resource = String(view['resource']).split('/')[0] ?? '';
    const src = `${options.panelOrigin()}/${resource}/index.html`;
    return view['render'] === 'native' ? { src, render: 'native' } : { src };
  }

  function show(type: string, module: AppModule, added: boolean): IssueModule {
    return {
      type,
      key: module.key,
      title: typeof module['title'] === 'string' ? module['title'] : module.key,
      label: typeof module['label'] === 'string' ? module['label'] : undefined,
      viewportSize: typeof module['viewportSize'] === 'string' ? module['viewportSize'] : undefined,
      ...frameOf(module),
      added,
    };
  }

  async function extension(
    accountId: string,
    moduleKey: string,
    place: FramePlace,
  ): Promise<ExtensionContext> {
    const { type } = find(moduleKey);
    if (type === ADMIN_TYPE && !(await isAdmin(accountId))) {
      throw new NotVisible('Only Jira administrators can open this page');
    }
    if (type === GADGET_TYPE) return await gadgetContext(accountId, moduleKey, place);
    if (place.issue === undefined) return { type };
    const { id, key, fields } = await readIssue(accountId, place.issue);
    const { issuetype, project } = fields;
    return {
      type,
      issue: { id, key, type: issuetype.name, typeId: issuetype.id },
      project: { id: project.id, key: project.key, type: project.projectTypeKey },
      location: `${options.siteUrl()}/browse/${key}`,
    };
  }

  return {
    extension,
    isAdmin,
    async context(accountId, moduleKey, place) {
      const product = await extension(accountId, moduleKey, place);
      return {
        accountId,
        cloudId: installation.cloudId,
        environmentId: installation.environmentId,
        environmentType: installation.environmentType,
        extension: product,
        license: { active: true },
        localId: localId(installation, moduleKey, product),
        locale: 'en-US',
        moduleKey,
        siteUrl: options.siteUrl(),
        timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        permissions: { scopes: manifest.scopes, external: manifest.permissions['external'] ?? {} },
        userAccess: { enabled: false, hasAccess: true },
      };
    },
    async onIssue(accountId, issueIdOrKey) {
      const { id, fields } = await readIssue(accountId, issueIdOrKey);
      const shown = new Set([...options.places.pinned(fields.project.id), ...options.places.added(id)]);
      const facts = {
        isAdmin: await isAdmin(accountId),
        issueType: fields.issuetype.name,
        projectKey: fields.project.key,
        projectType: fields.project.projectTypeKey,
      };
      const modules = ISSUE_TYPES.flatMap((type) =>
        framed(type)
          .filter((module) => isDisplayed(module['displayConditions'], facts))
          // A panel is hidden until it is added or pinned; the other modules are always there.
          .map((module) => show(type, module, type !== 'jira:issuePanel' || shown.has(module.key))),
      );
      return { issueId: id, modules };
    },
    async pages(accountId) {
      const facts = { isAdmin: await isAdmin(accountId) };
      return PAGE_TYPES.flatMap((type) =>
        framed(type)
          .filter(
            (module) =>
              isDisplayed(module['displayConditions'], facts) && (type !== ADMIN_TYPE || facts.isAdmin),
          )
          .map((module) => show(type, module, true)),
      );
    },
    async gadgets(accountId) {
      const facts = { isAdmin: await isAdmin(accountId) };
      return framed(GADGET_TYPE)
        .filter((module) => isDisplayed(module['displayConditions'], facts))
        .map((module): GadgetModule => {
          const edit = v.safeParse(EditSchema, module['edit']);
          return {
            ...show(GADGET_TYPE, module, true),
            description: typeof module['description'] === 'string' ? module['description'] : undefined,
            edit: edit.success ? frameOf(edit.output) : undefined,
          };
        });
    },
  };
}
