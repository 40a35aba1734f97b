import * as v from 'valibot';
import { isAdmin, requireAdmin } from '../access';
import type { NamedRecord } from '../entities';
import { badRequest, forbidden, notFound } from '../errors';
import { formatNamed } from '../formatters/issue';
import { extensionAri } from '../../contract';
import { ok, page, queryList, route, signedIn, type Call, type Route } from '../http';
import { byId, jiraTime, nowIso, projectByIdOrKey } from '../store';
import { finishedTask, formatTask } from '../tasks';

const serverInfo = (call: Call): Response =>
  ok({
    baseUrl: call.jira.baseUrl,
    displayUrl: call.jira.baseUrl,
    version: '1001.0.0-SNAPSHOT',
    versionNumbers: [1001, 0, 0],
    deploymentType: 'Cloud',
    buildNumber: 100_286,
    buildDate: '2026-11-01T00:00:00.000+0000',
    serverTime: jiraTime(nowIso(call.jira)),
    serverTimeZone: 'Etc/UTC',
    scmInfo: 'host/jira, an emulator',
    serverTitle: call.jira.state.site.name,
  });

const list =
  (kind: 'resolution' | 'priority', records: (call: Call) => NamedRecord[]) =>
  (call: Call): Response => {
    const ids = queryList(call, 'id');
    const found = records(call).filter((r) => ids.length === 0 || ids.includes(r.id));
    return page(call, found, (r) => formatNamed(call.jira, kind, r));
  };

const one =
  (kind: 'resolution' | 'priority', records: (call: Call) => NamedRecord[]) =>
  (call: Call): Response => {
    const record = byId(records(call), call.param('id'));
    if (!record) throw notFound(`The ${kind} was not found.`);
    return ok(formatNamed(call.jira, kind, record));
  };

function task(call: Call): Response {
  const viewer = signedIn(call);
  const found = byId(call.jira.state.tasks, call.param('taskId'));
  if (!found) throw notFound('The task was not found.');
  if (found.submittedBy !== viewer && !isAdmin(call.jira, viewer))
    throw forbidden('You do not have permission to see this task.');
  return ok(formatTask(call.jira, found));
}

const panelBody = v.looseObject({
  moduleId: v.string(),
  projectList: v.array(v.looseObject({ projectIdOrKey: v.string(), action: v.picklist(['PIN', 'UNPIN']) })),
});

/** Pins or unpins a Forge issue panel; answers 202 and a task that has finished. */
async function pinPanels(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  requireAdmin(call.jira, viewer);
  const { jira } = call;
  const body = await call.body(panelBody);
  const app = jira.app;
  const module = app?.modules['jira:issuePanel']?.find((m) => extensionAri(app, m.key) === body.moduleId);
  if (!module) throw badRequest(`The module '${body.moduleId}' is not an issue panel of an installed app.`);
  if (body.projectList.length === 0 || body.projectList.length > 1000)
    throw badRequest('Between 1 and 1,000 projects must be given.');
  const projects = body.projectList.map(({ projectIdOrKey, action }) => {
    const project = projectByIdOrKey(jira, projectIdOrKey);
    if (!project) throw badRequest(`The project '${projectIdOrKey}' does not exist.`);
    return { project, action };
  });
  for (const { project, action } of projects) {
    const others = (jira.state.pinnedPanels[project.id] ?? []).filter((key) => key !== module.key);
    jira.state.pinnedPanels[project.id] = action === 'PIN' ? [...others, module.key] : others;
  }
  const done = finishedTask(jira, viewer, 'Bulk pin issue panels', {
    projects: projects.map((p) => ({ projectId: p.project.id, action: p.action, status: 'SUCCESS' })),
  });
  return Response.json({ taskId: done.id }, { status: 202 });
}

const resolutions = (call: Call): NamedRecord[] => call.jira.state.resolutions;
const priorities = (call: Call): NamedRecord[] => call.jira.state.priorities;

/** The site itself: server information, resolutions, priorities, tasks, issue panels. */
export const siteRoutes: readonly Route[] = [
  route('GET', '/serverInfo', serverInfo, { anonymous: true }),
  route('GET', '/resolution', (call) =>
    ok(resolutions(call).map((r) => formatNamed(call.jira, 'resolution', r))),
  ),
  route('GET', '/resolution/search', list('resolution', resolutions)),
  route('GET', '/resolution/{id}', one('resolution', resolutions)),
  route('GET', '/priority', (call) => ok(priorities(call).map((r) => formatNamed(call.jira, 'priority', r)))),
  route('GET', '/priority/search', list('priority', priorities)),
  route('GET', '/priority/{id}', one('priority', priorities)),
  route('GET', '/task/{taskId}', task),
  route('POST', '/forge/panel/action/bulk/async', pinPanels),
];
