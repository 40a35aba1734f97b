import * as v from 'valibot';
import type { FramePlace, GadgetModule, IssueModule, SessionReply } from '../forge/bridge/host-protocol';
import { ask, read, withQuery, write } from './rest/http';

/** The session: who acts, who could, and what the site is called. */
export type Session = SessionReply;
/** Somebody whom the user switcher offers. */
export type Person = Session['users'][number];
/** A module of the app that has a frame. */
export type AppModule = IssueModule;
/** A gadget of the app. */
export type AppGadget = GadgetModule;
export type { FramePlace };

const SessionShape = v.object({
  accountId: v.string(),
  users: v.array(
    v.object({
      accountId: v.string(),
      displayName: v.string(),
      email: v.string(),
      groups: v.array(v.string()),
      admin: v.boolean(),
      role: v.exactOptional(v.string()),
    }),
  ),
  site: v.object({ name: v.string(), url: v.string() }),
  app: v.object({ name: v.string(), accountId: v.string() }),
  panelOrigin: v.string(),
  sandbox: v.string(),
  banner: v.exactOptional(v.string()),
  terminal: v.exactOptional(v.string()),
});

const FrameEntries = { src: v.string(), render: v.optional(v.literal('native')) };
const ModuleEntries = {
  ...FrameEntries,
  type: v.string(),
  key: v.string(),
  title: v.string(),
  label: v.optional(v.string()),
  viewportSize: v.optional(v.string()),
  added: v.boolean(),
};
const ModuleShape = v.pipe(
  v.object(ModuleEntries),
  v.transform((module): AppModule => ({ label: undefined, viewportSize: undefined, ...module })),
);
const GadgetShape = v.pipe(
  v.object({
    ...ModuleEntries,
    description: v.optional(v.string()),
    edit: v.optional(v.object(FrameEntries)),
  }),
  v.transform((module): AppGadget => {
    const { label, viewportSize, description, edit } = module;
    return { ...module, label, viewportSize, description, edit };
  }),
);
const ModulesShape = v.object({ modules: v.array(ModuleShape) });

/** The current session. */
export const readSession = (): Promise<Session> => read('/__host/session', SessionShape);

/** Becomes another person. */
export const switchUser = (accountId: string): Promise<void> =>
  write('POST', '/__host/session', { accountId });

/** The app's modules on an issue. */
export const readModules = async (issue: string): Promise<readonly AppModule[]> =>
  (await read(`/__host/issues/${encodeURIComponent(issue)}/modules`, ModulesShape)).modules;

/** Pages of the app that this person may see: admin, global and project pages. */
export const readPages = async (): Promise<readonly AppModule[]> =>
  (await read('/__host/pages', ModulesShape)).modules;

/** Shows a panel on an issue from now on. */
export const addPanel = (issue: string, moduleKey: string): Promise<void> =>
  write('POST', `/__host/issues/${encodeURIComponent(issue)}/panels/${encodeURIComponent(moduleKey)}`);

/** Hides a panel on an issue again. */
export const removePanel = (issue: string, moduleKey: string): Promise<void> =>
  write('DELETE', `/__host/issues/${encodeURIComponent(issue)}/panels/${encodeURIComponent(moduleKey)}`);

/** Gadgets of the app that this person may add to a dashboard. */
export const readGadgetModules = async (): Promise<readonly AppGadget[]> =>
  (await read('/__host/gadgets', v.object({ modules: v.array(GadgetShape) }))).modules;

/** Saves the configuration of a gadget, for everybody who sees the dashboard. */
export const saveConfiguration = (
  moduleKey: string,
  place: FramePlace,
  configuration: unknown,
): Promise<void> =>
  write(
    'PUT',
    withQuery(`/__host/frames/${encodeURIComponent(moduleKey)}/configuration`, {
      dashboard: place.dashboard,
      gadget: place.gadget,
    }),
    configuration,
  );

/** The configuration of a gadget, if it has one; refused for people who do not see the dashboard. */
export const readConfiguration = async (
  moduleKey: string,
  place: FramePlace,
): Promise<Readonly<Record<string, unknown>> | undefined> =>
  (
    await read(
      withQuery(`/__host/frames/${encodeURIComponent(moduleKey)}/context`, { ...place }),
      v.looseObject({
        extension: v.looseObject({ gadgetConfiguration: v.optional(v.record(v.string(), v.unknown())) }),
      }),
    )
  ).extension.gadgetConfiguration;

/** Adds a gadget of the app to a dashboard as Jira's own dialog does, which REST may not be able to. */
export const placeGadget = (dashboardId: string, moduleKey: string): Promise<void> =>
  write('POST', `/__host/dashboards/${encodeURIComponent(dashboardId)}/gadgets`, { moduleKey });

/** What the terminal page says; refused for everybody but administrators, and where there is none. */
export const readTerminal = (): Promise<{ readonly title: string; readonly help: string }> =>
  read('/__host/terminal', v.object({ title: v.string(), help: v.string() }));

/** Runs one command line on the machine beside the databases. */
export const runInTerminal = (
  line: string,
  input: string,
): Promise<{ readonly ok: boolean; readonly output: string }> =>
  ask('POST', '/__host/terminal', { line, input }, v.object({ ok: v.boolean(), output: v.string() }));

/** Writes a line to the host's log: what a page found wrong with the app. */
export const writeLog = (text: string): Promise<void> => write('POST', '/__host/log', { text });
