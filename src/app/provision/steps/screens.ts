import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { found, made } from '../kept';
import { Id, Made, Named, Nothing, pick } from '../lists';
import { rest, type SiteAdmin } from '../site-admin';
import {
  askAnAdmin,
  change,
  keptId,
  needed,
  ready,
  type Act,
  type Look,
  type Site,
  type Step,
} from '../step';
import { fieldNames, fieldTitle, type FieldName } from './fields';

const screenName = `${issueTypeName}: issue`;
const reasonScreenName = `${issueTypeName}: reason`;
const menu = 'Settings, Work items, Screens';

/** Screens and scheme by the key of their id, with what people call them. */
export const screenTitles = {
  screenSchemeId: `Screen scheme "${issueTypeName}"`,
  screenId: `Screen "${screenName}"`,
  reasonScreenId: `Screen "${reasonScreenName}"`,
} as const;

const Page = v.object({ values: v.array(Named) });
const Scheme = v.object({ ...Named.entries, screens: v.object({ default: v.optional(Id) }) });

/** The issue screen (summary, description, our fields), the screen that asks for a reason, and their scheme. */
export const screensStep: Step = { look };

async function look({ admin }: Site): Promise<Look> {
  const ids = await admin.ids();
  const screens = await findNamed(admin, 'screens', [ids['screenId'], ids['reasonScreenId']]);
  const issue = pick(screens, ids['screenId'], screenName);
  const acts = [
    ...screenActs(admin, ids, 'screenId', screenName, issue),
    ...(await fieldActs(admin, ids, issue)),
    // A transition screen always offers a comment: that is where the reason goes, so it holds no field.
    ...screenActs(
      admin,
      ids,
      'reasonScreenId',
      reasonScreenName,
      pick(screens, ids['reasonScreenId'], reasonScreenName),
    ),
    ...(await schemeActs(admin, ids, issue?.id)),
  ];
  return ready(acts, 'The screens are right.', 'The screens are ready.');
}

type Ids = Readonly<Record<string, string>>;

/** Screens of our names, and those whose ids we kept, whatever they are called now. */
async function findNamed(
  admin: SiteAdmin,
  kind: string,
  kept: readonly (string | undefined)[],
): Promise<Named[]> {
  const id = kept.flatMap((one) => (one === undefined ? [] : [one]));
  const byId =
    id.length === 0
      ? []
      : needed(await admin.get(rest([kind], { id, maxResults: '100' }), Page), askAnAdmin).values;
  if (byId.length === kept.length) return byId;
  const query = { queryString: issueTypeName, maxResults: '100' };
  return [...byId, ...needed(await admin.get(rest([kind], query), Page), askAnAdmin).values];
}

function screenActs(
  admin: SiteAdmin,
  ids: Ids,
  key: 'screenId' | 'reasonScreenId',
  name: string,
  there: Named | undefined,
): Act[] {
  const what = screenTitles[key];
  if (there) {
    const adopt = {
      change: change('change', what, 'exists already; will be used'),
      run: () => admin.keep(found(key, there.id)),
    };
    return there.id === ids[key] ? [] : [adopt];
  }
  const gone = ids[key] !== undefined;
  return [
    {
      change: change(gone ? 'repair' : 'create', what, gone ? 'gone; will be made again' : null),
      run: async () => {
        const reply = await admin.send('POST', rest(['screens']), { name, description: '' }, Made);
        await admin.keep(made(key, needed(reply, `Add a screen named "${name}" under ${menu}.`).id));
      },
    },
  ];
}

const systemFields = ['summary', 'description', 'reporter'] as const;

/** One act per field that the issue screen lacks. */
async function fieldActs(admin: SiteAdmin, ids: Ids, screen: Named | undefined): Promise<Act[]> {
  const { present, tabId } = screen ? await readTabs(admin, screen.id) : { present: [], tabId: undefined };
  const kept = screen !== undefined && screen.id === ids['screenId'];
  const missing = [
    ...systemFields.map((id) => ({
      what: `Field "${id}"`,
      id: (): string => id,
      known: id as string | undefined,
    })),
    ...fieldNames.map((name: FieldName) => ({
      what: fieldTitle(name),
      id: () => keptIdLater(admin, name),
      known: ids[`field.${name}`],
    })),
  ].filter(({ known }) => known === undefined || !present.includes(known));
  let tab = tabId;
  return missing.map(({ what, id }) => ({
    change: change(
      kept ? 'repair' : 'create',
      what,
      kept ? `missing from the screen "${screenName}"` : `on the screen "${screenName}"`,
    ),
    run: async () => {
      const screenId = keptId(await admin.ids(), 'screenId');
      tab ??= await anyTab(admin, screenId);
      needed(
        await admin.send(
          'POST',
          rest(['screens', screenId, 'tabs', tab, 'fields']),
          { fieldId: await id() },
          Nothing,
        ),
        `Add the ${what.replace('Field', 'field')} to the screen "${screenName}" under ${menu}.`,
      );
    },
  }));
}

async function keptIdLater(admin: SiteAdmin, name: FieldName): Promise<string> {
  return keptId(await admin.ids(), `field.${name}`);
}

const Tabs = v.array(v.object({ id: Id }));

/** Fields on any tab: a field stands on a screen once. */
async function readTabs(
  admin: SiteAdmin,
  screenId: string,
): Promise<{ present: string[]; tabId: string | undefined }> {
  const tabs = needed(await admin.get(rest(['screens', screenId, 'tabs']), Tabs), askAnAdmin);
  const fields = await Promise.all(
    tabs.map(async ({ id }) =>
      needed(
        await admin.get(
          rest(['screens', screenId, 'tabs', id, 'fields']),
          v.array(v.object({ id: v.string() })),
        ),
        askAnAdmin,
      ),
    ),
  );
  return { present: fields.flat().map(({ id }) => id), tabId: tabs[0]?.id };
}

async function anyTab(admin: SiteAdmin, screenId: string): Promise<string> {
  const tabs = needed(await admin.get(rest(['screens', screenId, 'tabs']), Tabs), askAnAdmin);
  if (tabs[0]) return tabs[0].id;
  return needed(
    await admin.send('POST', rest(['screens', screenId, 'tabs']), { name: 'Fields' }, Made),
    `Add a tab to the screen "${screenName}" under ${menu}.`,
  ).id;
}

async function schemeActs(admin: SiteAdmin, ids: Ids, screenId: string | undefined): Promise<Act[]> {
  const key = 'screenSchemeId';
  const what = screenTitles[key];
  const Schemes = v.object({ values: v.array(Scheme) });
  const query = ids[key] === undefined ? { queryString: issueTypeName } : { id: ids[key] };
  const { values } = needed(await admin.get(rest(['screenscheme'], query), Schemes), askAnAdmin);
  const there = pick(values, ids[key], issueTypeName);
  const instruction = `Add a screen scheme named "${issueTypeName}" with the screen "${screenName}" under Settings, Work items, Screen schemes.`;
  const body = async (): Promise<object> => ({
    screens: { default: Number(keptId(await admin.ids(), 'screenId')) },
  });
  if (!there) {
    const gone = ids[key] !== undefined;
    const create = {
      change: change(gone ? 'repair' : 'create', what, gone ? 'gone; will be made again' : null),
      run: async () => {
        const whole = { name: issueTypeName, ...(await body()) };
        const reply = await admin.send('POST', rest(['screenscheme']), whole, Made);
        await admin.keep(made(key, needed(reply, instruction).id));
      },
    };
    return [create];
  }
  const adopt = {
    change: change('change', what, 'exists already; will be used'),
    run: () => admin.keep(found(key, there.id)),
  };
  const correct = {
    change: change('repair', what, `shows another screen, should show "${screenName}"`),
    run: async () => {
      needed(await admin.send('PUT', rest(['screenscheme', there.id]), await body(), Nothing), instruction);
    },
  };
  return [
    ...(there.id === ids[key] ? [] : [adopt]),
    ...(there.screens.default !== undefined && there.screens.default === screenId ? [] : [correct]),
  ];
}
