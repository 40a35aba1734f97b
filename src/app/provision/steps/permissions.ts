import * as v from 'valibot';
import { rest } from '../site-admin';
import { askAnAdmin, change, manual, needed, ready, type Look, type Site, type Step } from '../step';
import { recordSite, siteDifference } from '../record-site';

/** What the app's own user must be able to do, with the names that Jira shows. */
const wanted: Readonly<Record<string, string>> = {
  BROWSE_PROJECTS: 'Browse projects',
  EDIT_ISSUES: 'Edit issues',
  TRANSITION_ISSUES: 'Transition issues',
  ADD_COMMENTS: 'Add comments',
};

const Reply = v.object({
  projectPermissions: v.array(v.object({ permission: v.string(), projects: v.array(v.number()) })),
});

/** Checks what the app's own user may do, and records in the settings that the site is ready. */
export const permissionsStep: Step = { look };

async function look(site: Site): Promise<Look> {
  const { admin, ports } = site;
  const ids = await admin.ids();
  const names = Object.values(wanted).join(', ');
  const record = {
    change: change(
      'change',
      "Permissions of the app's user",
      `checked (${names}); then Query Change is ready`,
    ),
    run: () => recordSite(site),
  };
  const done = 'The app may browse, edit, transition and comment.';
  if (!ids['projectId']) return ready([record], done, done);
  const project = Number(ids['projectId']);
  const body = {
    accountId: await ports.appAccountId(),
    projectPermissions: [{ permissions: Object.keys(wanted), issues: [], projects: [project] }],
  };
  const reply = needed(await admin.ask(rest(['permissions', 'check']), body, Reply), askAnAdmin);
  const missing = Object.keys(wanted).filter(
    (key) =>
      !reply.projectPermissions.some(
        ({ permission, projects }) => permission === key && projects.includes(project),
      ),
  );
  if (missing.length > 0) {
    const words = missing.map((key) => `"${wanted[key] ?? key}"`).join(', ');
    return manual(
      `The app's user lacks ${words} in ${ids['projectKey'] ?? 'the project'}.`,
      `Grant ${words} to the project role "atlassian-addons-project-access" under Project settings, Permissions, Edit permissions.`,
      missing.map((key) =>
        change('repair', `Permission "${wanted[key] ?? key}"`, "missing from the app's user"),
      ),
    );
  }
  const difference = await siteDifference(site);
  if (difference === null) return ready([], done, done);
  const { site: known } = await ports.settings.read();
  const stale = { ...record, change: change('repair', 'What the app knows of the site', difference) };
  return ready([known ? stale : record], done, done);
}
