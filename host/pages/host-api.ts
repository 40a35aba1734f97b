import * as v from 'valibot';
import { read, withQuery, write } from './rest/http';

/** The session: who acts, who could, and what the site is called. */
export const SessionShape = v.object({
  accountId: v.string(),
  users: v.array(
    v.object({
      accountId: v.string(),
      displayName: v.string(),
      email: v.optional(v.string(), ''),
      groups: v.optional(v.array(v.string()), []),
      role: v.optional(v.string()),
    }),
  ),
  site: v.object({ name: v.string() }),
  banner: v.optional(v.string()),
});
/** The session. */
export type Session = v.InferOutput<typeof SessionShape>;
/** Somebody whom the user switcher offers. */
export type Person = Session['users'][number];

/** The current session. */
export const readSession = () => read('/__host/session', SessionShape);

/** Becomes another person. */
export const switchUser = (accountId: string) => write('POST', '/__host/session', { accountId });

const ModuleShape = v.object({
  key: v.string(),
  type: v.string(),
  title: v.string(),
  /** Address of the module's page on the Custom UI origin. */
  url: v.string(),
  /** Whether this issue shows it: pinned for everybody or added to this issue. */
  visible: v.optional(v.boolean(), true),
});
/** A module of the app that has a page of its own. */
export type AppModule = v.InferOutput<typeof ModuleShape>;

/** What the app adds to an issue. */
export const IssueModulesShape = v.object({
  panels: v.array(ModuleShape),
  contexts: v.array(ModuleShape),
  /** Formatted values of the app's custom fields, by field id. */
  fields: v.optional(v.record(v.string(), v.string()), {}),
});
/** What the app adds to an issue. */
export type IssueModules = v.InferOutput<typeof IssueModulesShape>;

/** The app's modules on an issue. */
export const readModules = (issueId: string) =>
  read(withQuery('/__host/modules', { issueId }), IssueModulesShape);

/** Shows a panel on an issue from now on. */
export const addPanel = (issueId: string, moduleKey: string) =>
  write('POST', '/__host/panels', { issueId, moduleKey });
