import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { keepCompliance } from '../keep-compliance';
import { found, made } from '../kept';
import { Id, listed, Made, Nothing } from '../lists';
import { moduleAri, rest, type SiteAdmin } from '../site-admin';
import {
  askAnAdmin,
  change,
  existing,
  needed,
  ready,
  StepRefused,
  type Act,
  type Look,
  type Site,
  type Step,
} from '../step';
import { everybody, isShared, sharingHint } from './filters';

/** Manifest key and title of the gadget. */
const gadgetModule = 'query-change-compliance';
const gadgetTitle = 'Query Change compliance';
export const dashboardName = `${issueTypeName} compliance`;

const title = `Dashboard "${dashboardName}"`;
const gadgetWords = `Gadget "${gadgetTitle}"`;

const Dashboard = v.object({
  id: Id,
  name: v.string(),
  view: v.optional(v.string()),
  owner: v.nullish(v.object({ displayName: v.optional(v.string()) })),
  sharePermissions: v.optional(v.nullable(v.array(v.object({ type: v.string() }))), []),
});
type Dashboard = v.InferOutput<typeof Dashboard>;

const Gadget = v.object({ id: Id, moduleKey: v.optional(v.string()) });

/** A shared dashboard that holds our gadget. */
export const dashboardStep: Step = { look };

async function look(site: Site): Promise<Look> {
  const { admin, ports } = site;
  const { dashboardId, gadgetInstruction } = (await ports.settings.read()).compliance;
  const kept = dashboardId === null ? undefined : await readDashboard(admin, dashboardId);
  const there = kept ?? (await findByName(admin));
  const right = `${title} is there with its gadget.`;
  const dashboard = dashboardActs(site, there, dashboardId);
  const gadgets = there ? await readGadgets(admin, there.id) : [];
  if (gadgets.some((gadget) => isOurs(gadget, admin))) {
    const clear = {
      change: change('change', gadgetWords, 'is on the dashboard now; the instruction is no longer needed'),
      run: () => keepCompliance(site, 'Gadget found', { gadgetInstruction: null }),
    };
    return ready([...dashboard, ...(gadgetInstruction === null ? [] : [clear])], right, right);
  }
  const place = {
    change: change(kept ? 'repair' : 'create', gadgetWords, `on the dashboard "${dashboardName}"`),
    run: () => placeGadget(site),
  };
  const todo = ready([...dashboard, place], right, right);
  // Once Jira has refused the gadget, a person's hand is needed; the address in the instruction is that of this dashboard.
  return kept && gadgetInstruction !== null ? { ...todo, instruction: gadgetInstruction } : todo;
}

/** The dashboard of an id; undefined when it is gone. */
export async function readDashboard(admin: SiteAdmin, id: string): Promise<Dashboard | undefined> {
  // Jira documents 400 beside 404.
  return existing(admin, rest(['dashboard', id]), Dashboard, [400, 404]);
}

async function findByName(admin: SiteAdmin): Promise<Dashboard | undefined> {
  const query = { dashboardName, expand: 'owner,sharePermissions' };
  const { values } = await listed(admin, ['dashboard', 'search'], Dashboard, query);
  return values.find(({ name }) => name === dashboardName);
}

export async function readGadgets(
  admin: SiteAdmin,
  dashboardId: string,
): Promise<v.InferOutput<typeof Gadget>[]> {
  const path = rest(['dashboard', dashboardId, 'gadget']);
  return needed(await admin.get(path, v.object({ gadgets: v.array(Gadget) })), askAnAdmin).gadgets;
}

/** True for our gadget. ⚠ That Jira names a Forge gadget by the ARI of its module is not seen on a live site. */
export function isOurs({ moduleKey = '' }: v.InferOutput<typeof Gadget>, admin: SiteAdmin): boolean {
  return moduleKey.includes(admin.app.appUuid) && moduleKey.endsWith(gadgetModule);
}

function dashboardActs(site: Site, there: Dashboard | undefined, keptId: string | null): Act[] {
  const { admin } = site;
  const description = 'Every compliance rule of Query Change with its count.';
  const body = { name: dashboardName, description, sharePermissions: everybody, editPermissions: [] };
  if (!there) {
    const gone = keptId !== null;
    const shared = 'shared with everybody who is logged in';
    const create = {
      change: change(
        gone ? 'repair' : 'create',
        title,
        gone ? `gone; will be made again, ${shared}` : shared,
      ),
      run: async () => {
        const { id } = needed(
          await admin.send('POST', rest(['dashboard']), body, Made),
          `Create a dashboard named "${dashboardName}" under Dashboards and share it. ${sharingHint}`,
        );
        await admin.keep(made('dashboardId', id));
        await keepCompliance(site, 'Dashboard made', { dashboardId: id, gadgetInstruction: null });
      },
    };
    return [create];
  }
  const owner = there.owner?.displayName ?? 'somebody';
  const adopt = {
    change: change('change', title, `exists already, owned by ${owner}; will be used`),
    run: async () => {
      await admin.keep(found('dashboardId', there.id));
      await keepCompliance(site, 'Dashboard found', { dashboardId: there.id, gadgetInstruction: null });
    },
  };
  const share = {
    change: change('repair', title, 'not shared with everybody who is logged in'),
    run: async () => {
      needed(
        await admin.send('PUT', rest(['dashboard', there.id]), { ...body, name: there.name }, Nothing),
        `Ask ${owner} to share the dashboard with everybody who is logged in. ${sharingHint}`,
      );
    },
  };
  return [...(there.id === keptId ? [] : [adopt]), ...(isShared(there.sharePermissions) ? [] : [share])];
}

/** Puts the gadget on the dashboard. ⚠ Jira may refuse Forge gadgets over REST: then a person adds it. */
async function placeGadget(site: Site): Promise<void> {
  const { admin, ports } = site;
  const { dashboardId } = (await ports.settings.read()).compliance;
  if (dashboardId === null) throw new Error('the dashboard is not kept');
  const body = { moduleKey: moduleAri(admin, gadgetModule), title: gadgetTitle };
  const reply = await admin.send('POST', rest(['dashboard', dashboardId, 'gadget']), body, Nothing);
  if (reply.ok) return keepCompliance(site, 'Gadget placed', { gadgetInstruction: null });
  const dashboard = await readDashboard(admin, dashboardId);
  const address = dashboard?.view ?? `/jira/dashboards/${dashboardId}`;
  const instruction = `Open the dashboard at ${address}, choose Edit, Add gadget, search "${gadgetTitle}" and add it.`;
  await keepCompliance(site, 'Gadget refused by Jira', { gadgetInstruction: instruction });
  throw new StepRefused(
    `The dashboard is there; Jira did not take the gadget (${reply.error.status}: ${reply.error.message}).`,
    instruction,
  );
}
