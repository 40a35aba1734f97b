import * as v from 'valibot';
import { ask, read, withQuery, write } from './http';
import { OwnerShape, ShareShape } from './sharing';

const API = '/rest/api/3/dashboard';
const enc = encodeURIComponent;
const IdShape = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

const DashboardShape = v.looseObject({
  id: IdShape,
  name: v.string(),
  description: v.optional(v.string(), ''),
  owner: v.optional(OwnerShape),
  isWritable: v.optional(v.boolean(), false),
  sharePermissions: v.optional(v.array(ShareShape), []),
});
/** A dashboard. */
export type Dashboard = v.InferOutput<typeof DashboardShape>;

/** ⚠ Jira answers `row` and `column`; the OpenAPI document names the two by their descriptions. */
const PositionShape = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((position) => ({
    row: Number(position['row'] ?? position['The row position of the gadget.'] ?? 0),
    column: Number(position['column'] ?? position['The column position of the gadget.'] ?? 0),
  })),
);

const GadgetShape = v.looseObject({
  id: IdShape,
  title: v.optional(v.string(), ''),
  color: v.optional(v.string(), 'blue'),
  moduleKey: v.optional(v.string()),
  uri: v.optional(v.string()),
  position: v.optional(PositionShape, { row: 0, column: 0 }),
});
/** A gadget on a dashboard. */
export type Gadget = v.InferOutput<typeof GadgetShape>;

const AvailableShape = v.looseObject({
  title: v.string(),
  moduleKey: v.optional(v.string()),
  uri: v.optional(v.string()),
});
/** A gadget that may be added. */
export type AvailableGadget = v.InferOutput<typeof AvailableShape>;

/** The dashboards that the person sees, by name. */
export const readDashboards = async () =>
  (
    await read(
      withQuery(`${API}/search`, {
        maxResults: 100,
        orderBy: 'name',
        expand: 'description,owner,sharePermissions,isWritable',
      }),
      v.looseObject({ values: v.array(DashboardShape) }),
    )
  ).values;

/** One dashboard. */
export const readDashboard = (id: string) => read(`${API}/${enc(id)}`, DashboardShape);

/** Creates a dashboard, for oneself or for everybody who is signed in; answers its id. */
export const createDashboard = async (name: string, description: string, shared: boolean) =>
  (
    await ask(
      'POST',
      API,
      {
        name,
        description,
        sharePermissions: shared ? [{ type: 'authenticated' }] : [],
        editPermissions: [],
      },
      DashboardShape,
    )
  ).id;

/** The gadgets on a dashboard. */
export const readGadgets = async (id: string) =>
  (await read(`${API}/${enc(id)}/gadget`, v.looseObject({ gadgets: v.array(GadgetShape) }))).gadgets;

/** The gadgets that REST lets a person add. */
export const readAvailableGadgets = async () =>
  (await read(`${API}/gadgets`, v.looseObject({ gadgets: v.array(AvailableShape) }))).gadgets;

/** Adds a gadget. */
export const addGadget = (id: string, gadget: AvailableGadget) =>
  write(
    'POST',
    `${API}/${enc(id)}/gadget`,
    gadget.moduleKey === undefined ? { uri: gadget.uri } : { moduleKey: gadget.moduleKey },
  );

/** Takes a gadget off a dashboard. */
export const removeGadget = (id: string, gadgetId: string) =>
  write('DELETE', `${API}/${enc(id)}/gadget/${enc(gadgetId)}`);
