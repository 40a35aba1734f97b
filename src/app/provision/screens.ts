import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { rest, type SiteAdmin } from './site-admin';
import { needed, type StepOutcome } from './step';

const NumericId = v.union([v.pipe(v.number(), v.transform(String)), v.string()]);
const Id = v.object({ id: NumericId });
const Page = v.object({ values: v.array(v.object({ id: NumericId, name: v.string() })) });
const Nothing = v.unknown();

const screenName = `${issueTypeName}: issue`;
const reasonScreenName = `${issueTypeName}: reason`;

/** Makes the issue screen (summary, description, our fields), the screen that asks for a reason, and their scheme. */
export async function makeScreens(admin: SiteAdmin): Promise<StepOutcome> {
  const ids = await admin.ids();
  const ours = Object.entries(ids).flatMap(([key, id]) => (key.startsWith('field.') ? [id] : []));
  const issue = await makeScreen(admin, screenName, ['summary', 'description', 'reporter', ...ours]);
  // A transition screen always offers a comment: that is where the reason goes.
  const reason = await makeScreen(admin, reasonScreenName, []);
  await admin.keep({ screenId: issue.id, reasonScreenId: reason.id });
  const scheme = await makeScreenScheme(admin, issue.id);
  await admin.keep({ screenSchemeId: scheme.id });
  const made = issue.made || reason.made || scheme.made;
  return made
    ? { state: 'done', message: 'Screens made.' }
    : { state: 'unchanged', message: 'Screens exist.' };
}

interface Made {
  readonly id: string;
  readonly made: boolean;
}

async function makeScreen(admin: SiteAdmin, name: string, fieldIds: readonly string[]): Promise<Made> {
  const instruction = `Add a screen named "${name}" under Settings, Issues, Screens.`;
  const search = rest(['screens'], { queryString: name });
  const found = needed(await admin.get(search, Page), instruction).values.find(
    (screen) => screen.name === name,
  );
  const screenId =
    found?.id ??
    needed(await admin.send('POST', rest(['screens']), { name, description: '' }, Id), instruction).id;
  const tabs = needed(
    await admin.get(rest(['screens', screenId, 'tabs']), v.array(v.object({ id: NumericId }))),
    instruction,
  );
  const tabId =
    tabs[0]?.id ??
    needed(await admin.send('POST', rest(['screens', screenId, 'tabs']), { name: 'Fields' }, Id), instruction)
      .id;
  const fieldsPath = rest(['screens', screenId, 'tabs', tabId, 'fields']);
  const present = needed(await admin.get(fieldsPath, v.array(v.object({ id: v.string() }))), instruction);
  for (const fieldId of fieldIds) {
    if (present.some(({ id }) => id === fieldId)) continue;
    needed(
      await admin.send('POST', fieldsPath, { fieldId }, Nothing),
      `Add the field ${fieldId} to the screen "${name}".`,
    );
  }
  return { id: screenId, made: found === undefined };
}

async function makeScreenScheme(admin: SiteAdmin, screenId: string): Promise<Made> {
  const instruction = `Add a screen scheme named "${issueTypeName}" with the screen "${screenName}".`;
  const search = rest(['screenscheme'], { queryString: issueTypeName });
  const found = needed(await admin.get(search, Page), instruction).values.find(
    ({ name }) => name === issueTypeName,
  );
  if (found) return { id: found.id, made: false };
  const body = { name: issueTypeName, screens: { default: Number(screenId) } };
  return {
    id: needed(await admin.send('POST', rest(['screenscheme']), body, Id), instruction).id,
    made: true,
  };
}
