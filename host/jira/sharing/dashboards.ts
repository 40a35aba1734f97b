import { isAdmin } from '../access';
import type { DashboardRecord } from '../entities-sharing';
import { notFound } from '../errors';
import type { Call } from '../http';
import { byId, selfLink, type Jira } from '../store';
import { formatShare, formatUserBean, sharedWith } from './shares';

/** Jira's text for a dashboard that is missing or out of reach. */
const OUT_OF_REACH =
  "The dashboard you requested either does not exist or you don't have the required permissions to perform this action.";

/** Whether the account owns the dashboard; Jira administrators own the system dashboard. */
export const owns = (jira: Jira, dashboard: DashboardRecord, accountId: string | undefined): boolean =>
  dashboard.system ? isAdmin(jira, accountId) : accountId !== undefined && dashboard.ownerId === accountId;

/** Whether the account may change the dashboard and its gadgets. */
export const mayEdit = (jira: Jira, dashboard: DashboardRecord, accountId: string | undefined): boolean =>
  accountId !== undefined &&
  (owns(jira, dashboard, accountId) || sharedWith(jira, dashboard.editors, accountId));

/** Whether the account (undefined: an anonymous visitor) sees the dashboard; who edits it sees it too. */
export const maySee = (jira: Jira, dashboard: DashboardRecord, accountId: string | undefined): boolean =>
  mayEdit(jira, dashboard, accountId) || sharedWith(jira, dashboard.shared, accountId);

/** The dashboard of the path, if the caller sees it. @throws JiraError 404 */
export function visibleDashboard(call: Call, parameter = 'dashboardId'): DashboardRecord {
  const dashboard = byId(call.jira.state.dashboards, call.param(parameter));
  if (!dashboard || !maySee(call.jira, dashboard, call.viewer)) throw notFound(OUT_OF_REACH);
  return dashboard;
}

/** The dashboard of the path, if the caller may change it. @throws JiraError 404, as for a missing one */
export function editableDashboard(call: Call, parameter = 'dashboardId'): DashboardRecord {
  const dashboard = visibleDashboard(call, parameter);
  if (!mayEdit(call.jira, dashboard, call.viewer)) throw notFound(OUT_OF_REACH);
  return dashboard;
}

/** A dashboard (`Dashboard`). Favourites are set in the user interface only, so nothing here is one. */
export function formatDashboard(jira: Jira, dashboard: DashboardRecord, viewer: string | undefined) {
  const owner = formatUserBean(jira, dashboard.ownerId);
  return {
    id: dashboard.id,
    self: selfLink(jira, `dashboard/${dashboard.id}`),
    name: dashboard.name,
    description: dashboard.description,
    ...(owner ? { owner } : {}),
    view: `${jira.baseUrl}/jira/dashboards/${dashboard.id}`,
    isFavourite: false,
    popularity: 0,
    sharePermissions: dashboard.shared.map((share) => formatShare(jira, share, viewer)),
    editPermissions: dashboard.editors.map((share) => formatShare(jira, share, viewer)),
    isWritable: mayEdit(jira, dashboard, viewer),
    systemDashboard: dashboard.system,
  };
}
