import * as v from 'valibot';
import { extensionAri, type AppModule, type InstalledApp } from '../contract';
import { addCustomField } from './routes/fields';
import { ROLE_ADDONS } from './seed-defaults';
import { nextId, userById, type Jira } from './store';

const customField = v.looseObject({
  key: v.string(),
  name: v.optional(v.string()),
  description: v.optional(v.string(), ''),
  type: v.picklist(['number', 'string', 'user', 'group', 'date', 'datetime', 'object']),
  collection: v.optional(v.picklist(['list', 'none']), 'none'),
  readOnly: v.optional(v.boolean(), false),
});

function installField(jira: Jira, app: InstalledApp, module: AppModule): void {
  const parsed = v.parse(customField, module);
  const key = extensionAri(app, parsed.key);
  const name = parsed.name ?? parsed.key;
  const existing = jira.state.fields.find((field) => field.key === key);
  if (existing) {
    existing.name = name;
    existing.description = parsed.description;
    existing.forge = { moduleKey: parsed.key, readOnly: parsed.readOnly };
    return;
  }
  addCustomField(jira, {
    name,
    description: parsed.description,
    schema: parsed.collection === 'list' ? { type: 'array', items: parsed.type } : { type: parsed.type },
    custom: key,
    key,
    forge: { moduleKey: parsed.key, readOnly: parsed.readOnly },
  });
}

/** Makes the app's user an actor of the apps' role in a project, as Jira does for every project. */
export function grantAppAccess(jira: Jira, project: Jira['state']['projects'][number]): void {
  const accountId = jira.app?.accountId;
  if (accountId === undefined) return;
  const actors = (project.roleActors[ROLE_ADDONS] ??= []);
  if (!actors.some((actor) => actor.value === accountId)) {
    actors.push({ id: nextId(jira, 'actor'), type: 'user', value: accountId });
  }
}

/** Installs the app: its user (never in people searches), its role in every project, its fields. Idempotent. */
export function installApp(jira: Jira, app: InstalledApp): void {
  jira.app = app;
  const user = userById(jira, app.accountId);
  if (user) user.displayName = app.name;
  else {
    jira.state.users.push({
      accountId: app.accountId,
      displayName: app.name,
      email: '',
      accountType: 'app',
      active: true,
      groupIds: [],
    });
  }
  for (const project of jira.state.projects) grantAppAccess(jira, project);
  for (const module of app.modules['jira:customField'] ?? []) installField(jira, app, module);
}
