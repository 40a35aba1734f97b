import { changeStatuses } from '#core/change/status';
import type { SiteIds } from '#core/settings/settings';
import { keptId } from './step';
import type { Site } from './step';
import { fieldNames, type FieldName } from './steps/fields';

/** Writes what the steps made and found into the settings, from where changes are served. */
export async function recordSite({ ports, admin }: Site): Promise<void> {
  const site = siteIds(await admin.ids(), await ports.appAccountId());
  await ports.settings.change({ actor: await admin.actor(), what: 'Jira set up' }, (settings) => ({
    ...settings,
    site,
  }));
}

/** Null when the settings know the site as it is; else what they lack, in words. */
export async function siteDifference({ ports, admin }: Site): Promise<string | null> {
  const { site: known } = await ports.settings.read();
  if (!known) return 'not written down yet';
  const now = siteIds(await admin.ids(), await ports.appAccountId());
  const stale = [
    ...(now.projectId === known.projectId && now.projectKey === known.projectKey ? [] : ['the project']),
    ...(now.issueTypeId === known.issueTypeId ? [] : ['the issue type']),
    ...(now.appAccountId === known.appAccountId ? [] : ["the app's user"]),
    ...(changeStatuses.every((status) => now.statusIds[status] === known.statusIds[status])
      ? []
      : ['statuses']),
    ...(fieldNames.every((name) => now.fields[name] === known.fields[name]) ? [] : ['fields']),
  ];
  return stale.length === 0 ? null : `knows others: ${stale.join(', ')}`;
}

function siteIds(ids: Readonly<Record<string, string>>, appAccountId: string): SiteIds {
  return {
    projectId: keptId(ids, 'projectId'),
    projectKey: keptId(ids, 'projectKey'),
    issueTypeId: keptId(ids, 'issueTypeId'),
    appAccountId,
    statusIds: Object.fromEntries(changeStatuses.map((status) => [status, keptId(ids, `status.${status}`)])),
    fields: Object.fromEntries(fieldNames.map((name) => [name, keptId(ids, `field.${name}`)])) as Record<
      FieldName,
      string
    >,
  };
}
