import * as v from 'valibot';
import { moduleKeyOf, type JiraSite } from '../contract';
import type { FramePlace } from './bridge/host-protocol';
import type { ExtensionContext } from './invoke';
import { NotVisible } from './not-visible';

const DashboardSchema = v.looseObject({ id: v.string(), isWritable: v.optional(v.boolean(), false) });
const GadgetsSchema = v.looseObject({
  gadgets: v.array(
    v.looseObject({ id: v.union([v.string(), v.number()]), moduleKey: v.optional(v.string()) }),
  ),
});

/** What people saved with `view.submit()` in the edit view of a gadget. */
export interface GadgetConfigurations {
  of(gadgetId: string): Readonly<Record<string, unknown>> | undefined;
}

/**
 * Makes the reader of the product context of gadgets: over REST as one person, so that only what Jira shows them
 * reaches a frame. It rejects with NotVisible for dashboards that they may not see, for gadgets of other dashboards
 * and modules, and for the edit view when they may not edit the dashboard.
 */
export function createGadgetContext(
  jira: JiraSite,
  siteUrl: () => string,
  configurations: GadgetConfigurations,
): (accountId: string, moduleKey: string, place: FramePlace) => Promise<ExtensionContext> {
  async function read<T>(accountId: string, path: string, schema: v.GenericSchema<unknown, T>) {
    const request = new Request(new URL(path, siteUrl()));
    const response = await jira.fetch(request, { principal: { kind: 'user', accountId }, via: 'rest' });
    return response.ok ? v.parse(schema, await response.json()) : undefined;
  }

  return async (accountId, moduleKey, { dashboard: id, gadget, entry = 'view' }) => {
    if (id === undefined || gadget === undefined)
      throw new NotVisible(`${moduleKey} is shown on dashboards only`);
    const path = `/rest/api/3/dashboard/${encodeURIComponent(id)}`;
    const dashboard = await read(accountId, path, DashboardSchema);
    if (dashboard === undefined)
      throw new NotVisible(`Dashboard ${id} does not exist or you do not have permission to see it`);
    const gadgets = (await read(accountId, `${path}/gadget`, GadgetsSchema))?.gadgets ?? [];
    const placed = gadgets.find((one) => String(one.id) === gadget)?.moduleKey;
    if (placed === undefined || moduleKeyOf(placed) !== moduleKey)
      throw new NotVisible(`Dashboard ${id} has no gadget ${gadget} of ${moduleKey}`);
    if (entry === 'edit' && !dashboard.isWritable)
      throw new NotVisible('You do not have permission to edit this dashboard');
    return {
      type: 'jira:dashboardGadget',
      entryPoint: entry,
      // ⚠ The names of these two are from Atlassian's templates; the other two are documented.
      dashboard: { id: dashboard.id },
      gadget: { id: gadget },
      gadgetConfiguration: configurations.of(gadget),
    };
  };
}
