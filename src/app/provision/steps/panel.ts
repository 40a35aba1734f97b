import { doneKey } from '../kept';
import { Nothing } from '../lists';
import { moduleAri, rest, type SiteAdmin } from '../site-admin';
import { change, keptId, needed, ready, type Look, type Site, type Step } from '../step';

/** Manifest key of the issue panel. */
const panelModule = 'query-change-panel';

/** Shows the panel on every issue of the project. */
export const panelStep: Step = { look };

async function look({ admin, projectKey }: Site): Promise<Look> {
  const ids = await admin.ids();
  const project = ids['projectKey'] ?? projectKey ?? 'the chosen project';
  const shown = ids[doneKey('panel')] !== undefined;
  const act = {
    change: change('change', 'Panel "Query Change"', `shown on every issue of ${project}`),
    run: () => pinPanel(admin, 'PIN'),
  };
  const done = `The panel is shown on every issue of ${project}.`;
  const unreadable = 'Jira does not tell whether it still is: do this step again to show it again.';
  const todo = ready(shown ? [] : [act], `${done} ${unreadable}`, done);
  // Pinning what is pinned changes nothing, so "right" pins again.
  return shown ? { ...todo, note: act.run } : todo;
}

/**
 * Pins or unpins the panel in our project. ⚠ The endpoint is documented outside the REST reference and not yet tried on a
 * live site; Jira has none that reads what is pinned.
 */
export async function pinPanel(admin: SiteAdmin, action: 'PIN' | 'UNPIN'): Promise<void> {
  const body = {
    moduleId: moduleAri(admin, panelModule),
    projectList: [{ projectIdOrKey: keptId(await admin.ids(), 'projectId'), action }],
  };
  needed(
    await admin.send('POST', rest(['forge', 'panel', 'action', 'bulk', 'async']), body, Nothing),
    `Open an issue of the project, choose Query Change in the app menu, then "${action === 'PIN' ? 'Show on all issues' : 'Hide on all issues'}".`,
  );
}
