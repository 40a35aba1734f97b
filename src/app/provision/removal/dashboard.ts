import { keepCompliance } from '../keep-compliance';
import { doneKey, forgotten, isOurs as weMade } from '../kept';
import { rest } from '../site-admin';
import type { Site } from '../step';
import { dashboardName, isOurs, readDashboard, readGadgets } from '../steps/dashboard';
import { beforeUs, remove, type Removal, type RemovalLook } from './removal';

/** The compliance dashboard, unless others put gadgets on it. */
export const dashboardRemoval: Removal = { look };

async function look(site: Site): Promise<RemovalLook> {
  const { admin, ports } = site;
  const id = (await ports.settings.read()).compliance.dashboardId;
  const forget = { ...forgotten('dashboardId'), [doneKey('dashboard')]: null };
  if (id === null) return { state: 'gone', forget };
  const dashboard = await readDashboard(admin, id);
  const forgetIt = async (): Promise<void> => {
    await keepCompliance(site, 'Dashboard removed', { dashboardId: null, gadgetInstruction: null });
    await admin.keep(forget);
  };
  const what = `Dashboard "${dashboard?.name ?? dashboardName}"`;
  if (!dashboard)
    return { state: 'remove', what: [`${what}: gone already, forgotten`], why: null, apply: forgetIt };
  if (!weMade(await admin.ids(), 'dashboardId')) return { state: 'keep', what: [what], why: beforeUs };
  const others = (await readGadgets(admin, id)).filter((gadget) => !isOurs(gadget, admin)).length;
  if (others > 0) {
    const gadgets = others === 1 ? '1 gadget' : `${others} gadgets`;
    return { state: 'keep', what: [what], why: `it holds ${gadgets} of others.` };
  }
  return {
    state: 'remove',
    what: [what],
    why: null,
    async apply() {
      const owner = dashboard.owner?.displayName ?? 'its owner';
      await remove(
        admin,
        rest(['dashboard', id]),
        `Ask ${owner} to delete the dashboard "${dashboard.name}" under Dashboards, or change its owner under Settings, System, Shared items.`,
      );
      await forgetIt();
    },
  };
}
