import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { ScreenRecord } from '../entities';
import { badRequest, JiraError, notFound } from '../errors';
import { noContent, ok, page, queryList, route, type Call, type Route } from '../http';
import { byId, nextId } from '../store';

const formatScreen = (screen: ScreenRecord) => ({
  id: Number(screen.id),
  name: screen.name,
  description: screen.description,
});

type Tab = ScreenRecord['tabs'][number];
const formatTab = (tab: Tab) => ({ id: Number(tab.id), name: tab.name });

function find(call: Call): ScreenRecord {
  requireAdmin(call.jira, call.viewer);
  const screen = byId(call.jira.state.screens, call.param('screenId'));
  if (!screen) throw notFound(`The screen with id ${call.param('screenId')} was not found.`);
  return screen;
}

function findTab(call: Call): Tab {
  const tab = find(call).tabs.find((t) => t.id === call.param('tabId'));
  if (!tab) throw notFound(`The screen tab with id ${call.param('tabId')} was not found.`);
  return tab;
}

function list(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'id');
  const query = (call.query.get('queryString') ?? '').toLowerCase();
  return page(
    call,
    call.jira.state.screens.filter(
      (s) => (ids.length === 0 || ids.includes(s.id)) && s.name.toLowerCase().includes(query),
    ),
    formatScreen,
    100,
  );
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(v.looseObject({ name: v.string(), description: v.optional(v.string(), '') }));
  if (call.jira.state.screens.some((s) => s.name === body.name))
    throw badRequest('The screen name is used by another screen.');
  const screen: ScreenRecord = {
    id: nextId(call.jira, 'screen'),
    name: body.name,
    description: body.description,
    tabs: [{ id: nextId(call.jira, 'tab'), name: 'Field Tab', fieldIds: [] }],
  };
  call.jira.state.screens.push(screen);
  return Response.json(formatScreen(screen), { status: 201 });
}

async function update(call: Call): Promise<Response> {
  const screen = find(call);
  const body = await call.body(
    v.looseObject({ name: v.optional(v.string()), description: v.optional(v.string()) }),
  );
  screen.name = body.name ?? screen.name;
  screen.description = body.description ?? screen.description;
  return ok(formatScreen(screen));
}

function remove(call: Call): Response {
  const screen = find(call);
  const { state } = call.jira;
  const inScheme = state.screenSchemes.some((s) => Object.values(s.screens).includes(screen.id));
  const inWorkflow = state.workflows.some((w) =>
    w.transitions.some((t) => t.transitionScreen?.parameters['screenId'] === screen.id),
  );
  if (inScheme) throw badRequest('The screen is used in a screen scheme.');
  if (inWorkflow) throw badRequest('The screen is used in a workflow.');
  state.screens = state.screens.filter((s) => s !== screen);
  return noContent();
}

async function addTab(call: Call): Promise<Response> {
  const screen = find(call);
  const { name } = await call.body(v.looseObject({ name: v.string() }));
  if (screen.tabs.some((tab) => tab.name === name)) throw badRequest('The tab name is used by another tab.');
  const tab = { id: nextId(call.jira, 'tab'), name, fieldIds: [] };
  screen.tabs.push(tab);
  return ok(formatTab(tab));
}

const fieldOf = (call: Call, id: string) => ({ id, name: byId(call.jira.state.fields, id)?.name ?? id });

async function addField(call: Call): Promise<Response> {
  const screen = find(call);
  const tab = findTab(call);
  const { fieldId } = await call.body(v.looseObject({ fieldId: v.string() }));
  const field = byId(call.jira.state.fields, fieldId);
  if (!field) throw notFound(`The field with id ${fieldId} was not found.`);
  if (screen.tabs.some((t) => t.fieldIds.includes(fieldId))) {
    throw new JiraError(400, [`The field with id ${fieldId} already exists on the screen.`]);
  }
  tab.fieldIds.push(fieldId);
  return ok(fieldOf(call, fieldId));
}

function removeField(call: Call): Response {
  const tab = findTab(call);
  if (!tab.fieldIds.includes(call.param('id'))) throw notFound('The field is not on the screen tab.');
  tab.fieldIds = tab.fieldIds.filter((id) => id !== call.param('id'));
  return noContent();
}

function available(call: Call): Response {
  const used = find(call).tabs.flatMap((tab) => tab.fieldIds);
  return ok(
    call.jira.state.fields.filter((field) => !used.includes(field.id)).map(({ id, name }) => ({ id, name })),
  );
}

/** Screens, tabs and the fields on them. */
export const screenRoutes: readonly Route[] = [
  route('GET', '/screens', list),
  route('POST', '/screens', create),
  route('PUT', '/screens/{screenId}', update),
  route('DELETE', '/screens/{screenId}', remove),
  route('GET', '/screens/{screenId}/availableFields', available),
  route('GET', '/screens/{screenId}/tabs', (call) => ok(find(call).tabs.map(formatTab))),
  route('POST', '/screens/{screenId}/tabs', addTab),
  route('GET', '/screens/{screenId}/tabs/{tabId}/fields', (call) =>
    ok(findTab(call).fieldIds.map((id) => fieldOf(call, id))),
  ),
  route('POST', '/screens/{screenId}/tabs/{tabId}/fields', addField),
  route('DELETE', '/screens/{screenId}/tabs/{tabId}/fields/{id}', removeField),
];
