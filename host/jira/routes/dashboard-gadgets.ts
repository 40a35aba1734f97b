import * as v from 'valibot';
import type { DashboardRecord, GadgetRecord } from '../entities-sharing';
import { badRequest, forbidden, notFound } from '../errors';
import { created, noContent, ok, queryList, route, type Call, type Route } from '../http';
import { editableDashboard, mayEdit, visibleDashboard } from '../sharing/dashboards';
import { availableGadgets, gadgetType, inOrder, placed, requireRoom, without } from '../sharing/gadgets';
import { byId, nextId, selfLink } from '../store';
import { checkPropertyKey, checkPropertyValue } from './issue-properties';

const COLORS = ['blue', 'red', 'yellow', 'green', 'cyan', 'purple', 'gray', 'white'];

const appearance = {
  title: v.nullish(v.string()),
  color: v.nullish(v.string()),
  position: v.nullish(v.looseObject({ row: v.number(), column: v.number() })),
};
const addBody = v.looseObject({
  ...appearance,
  moduleKey: v.nullish(v.string()),
  uri: v.nullish(v.string()),
  ignoreUriAndModuleKeyValidation: v.nullish(v.boolean(), false),
});

const formatGadget = ({ id, moduleKey, uri, title, color, position }: GadgetRecord) => ({
  id: Number(id),
  ...(moduleKey === undefined ? {} : { moduleKey }),
  ...(uri === undefined ? {} : { uri }),
  title,
  color,
  position,
});

function checkLook(title: string, color: string): void {
  if (!COLORS.includes(color)) throw badRequest(`The gadget color '${color}' is invalid.`);
  if (title.trim() === '' || title.length > 255)
    throw badRequest('The gadget title must have between 1 and 255 characters.');
}

function list(call: Call): Response {
  const dashboard = visibleDashboard(call);
  const ids = queryList(call, 'gadgetId');
  const keys = call.query.getAll('moduleKey');
  const uris = call.query.getAll('uri');
  const all = ids.length + keys.length + uris.length === 0;
  const gadgets = inOrder(dashboard.gadgets).filter(
    ({ id, moduleKey = '', uri = '' }) =>
      all || ids.includes(id) || keys.includes(moduleKey) || uris.includes(uri),
  );
  return ok({ gadgets: gadgets.map(formatGadget) });
}

async function add(call: Call): Promise<Response> {
  const dashboard = editableDashboard(call);
  const body = await call.body(addBody);
  requireRoom(dashboard.gadgets);
  const type = gadgetType(
    call.jira,
    { moduleKey: body.moduleKey ?? undefined, uri: body.uri ?? undefined },
    !body.ignoreUriAndModuleKeyValidation,
  );
  const gadget: GadgetRecord = {
    id: '',
    ...type,
    title: body.title ?? type.title,
    color: body.color ?? 'blue',
    position: body.position ?? { row: 0, column: 0 },
    properties: {},
  };
  checkLook(gadget.title, gadget.color);
  const { row, column } = gadget.position;
  dashboard.gadgets = placed(dashboard.gadgets, gadget, { row, column });
  const id = nextId(call.jira, 'gadget');
  dashboard.gadgets = dashboard.gadgets.map((other) => (other.id === '' ? { ...other, id } : other));
  return ok(formatGadget(item(dashboard, id)));
}

function item(dashboard: DashboardRecord, id: string): GadgetRecord {
  const gadget = byId(dashboard.gadgets, id);
  if (!gadget) throw notFound(`The gadget with id '${id}' does not exist on the dashboard.`);
  return gadget;
}

async function update(call: Call): Promise<Response> {
  const dashboard = editableDashboard(call);
  const gadget = item(dashboard, call.param('gadgetId'));
  const body = await call.body(v.looseObject(appearance));
  const title = body.title ?? gadget.title;
  const color = body.color ?? gadget.color;
  checkLook(title, color);
  const { row, column } = body.position ?? gadget.position;
  const moved = placed(dashboard.gadgets, gadget, { row, column });
  dashboard.gadgets = moved.map((other) => (other.id === gadget.id ? { ...other, title, color } : other));
  return noContent();
}

function remove(call: Call): Response {
  const dashboard = editableDashboard(call);
  dashboard.gadgets = without(dashboard.gadgets, item(dashboard, call.param('gadgetId')));
  return noContent();
}

const PROPERTIES = '/dashboard/{dashboardId}/items/{itemId}/properties';

const seenItem = (call: Call): GadgetRecord => item(visibleDashboard(call), call.param('itemId'));

/** The item, if the caller may change its properties. @throws JiraError 403, 404 */
function ownItem(call: Call): GadgetRecord {
  const dashboard = visibleDashboard(call);
  const gadget = item(dashboard, call.param('itemId'));
  if (!mayEdit(call.jira, dashboard, call.viewer))
    throw forbidden('You do not have permission to edit this dashboard.');
  return gadget;
}

function propertyKeys(call: Call): Response {
  const gadget = seenItem(call);
  const self = `dashboard/${call.param('dashboardId')}/items/${gadget.id}/properties`;
  return ok({
    keys: Object.keys(gadget.properties).map((key) => ({
      key,
      self: selfLink(call.jira, `${self}/${encodeURIComponent(key)}`),
    })),
  });
}

function property(gadget: GadgetRecord, key: string): unknown {
  if (!Object.hasOwn(gadget.properties, key)) throw notFound(`The property with key ${key} does not exist.`);
  return gadget.properties[key];
}

const readProperty = (call: Call): Response => {
  const key = call.param('propertyKey');
  return ok({ key, value: property(seenItem(call), key) });
};

async function writeProperty(call: Call): Promise<Response> {
  const gadget = ownItem(call);
  const key = call.param('propertyKey');
  const value = await call.body(v.unknown());
  checkPropertyKey(key);
  checkPropertyValue(value);
  const flat = v.safeParse(v.record(v.string(), v.string()), value).success;
  if (key === 'config' && gadget.moduleKey === undefined && !flat)
    throw badRequest(
      'The JSON data provided for the property has too many levels. It must be an object with all keys and values as strings.',
    );
  const existed = Object.hasOwn(gadget.properties, key);
  gadget.properties[key] = value;
  return existed ? ok({}) : created({});
}

function removeProperty(call: Call): Response {
  const gadget = ownItem(call);
  const key = call.param('propertyKey');
  property(gadget, key);
  delete gadget.properties[key];
  return noContent();
}

/** Gadgets on dashboards, and the properties of these items. */
export const dashboardGadgetRoutes: readonly Route[] = [
  route('GET', '/dashboard/gadgets', (call) => ok({ gadgets: availableGadgets(call.jira) })),
  route('GET', '/dashboard/{dashboardId}/gadget', list, { anonymous: true }),
  route('POST', '/dashboard/{dashboardId}/gadget', add),
  route('PUT', '/dashboard/{dashboardId}/gadget/{gadgetId}', update),
  route('DELETE', '/dashboard/{dashboardId}/gadget/{gadgetId}', remove),
  route('GET', PROPERTIES, propertyKeys, { anonymous: true }),
  route('GET', `${PROPERTIES}/{propertyKey}`, readProperty, { anonymous: true }),
  route('PUT', `${PROPERTIES}/{propertyKey}`, writeProperty),
  route('DELETE', `${PROPERTIES}/{propertyKey}`, removeProperty),
];
