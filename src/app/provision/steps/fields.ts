import * as v from 'valibot';
import { rest, moduleAri } from '../site-admin';
import { askAnAdmin, change, manual, needed, type Look, type Site, type Step } from '../step';

/** Manifest keys of the read-only fields, by our name. */
export const fieldModules = {
  author: 'qc-author',
  approverGroup: 'qc-approver-group',
  connection: 'qc-connection',
  approvals: 'qc-approvals',
  outcome: 'qc-outcome',
  risk: 'qc-risk',
} as const;
export type FieldName = keyof typeof fieldModules;
export const fieldNames = Object.keys(fieldModules) as FieldName[];

/** Titles of the fields in the manifest. */
const titles: Readonly<Record<FieldName, string>> = {
  author: 'Query Change author',
  approverGroup: 'Query Change approver group',
  connection: 'Query Change connection',
  approvals: 'Query Change approvals',
  outcome: 'Query Change outcome',
  risk: 'Query Change risk',
};

/** What a person calls a field. */
export function fieldTitle(name: FieldName): string {
  return `Field "${titles[name]}"`;
}

const Field = v.object({
  id: v.string(),
  schema: v.optional(v.object({ custom: v.optional(v.string()) })),
});

/** The read-only fields that the installed app brought. Forge makes them when the app is installed; we only find them. */
export const fieldsStep: Step = { look };

async function look({ admin }: Site): Promise<Look> {
  const ids = await admin.ids();
  const fields = needed(await admin.get(rest(['field']), v.array(Field)), askAnAdmin);
  const present = fieldNames.map((name) => {
    const ari = moduleAri(admin, fieldModules[name]);
    return { name, id: fields.find(({ schema }) => schema?.custom === ari)?.id };
  });
  const missing = present.filter(({ id }) => id === undefined);
  if (missing.length > 0) {
    return manual(
      `${missing.map(({ name }) => fieldTitle(name)).join(', ')}: missing.`,
      'Restore the field under Settings, Work items, Custom fields, Trash (60 days). If it is not there, reinstall the app: its fields are made at installation.',
      missing.map(({ name }) => change('repair', fieldTitle(name), 'missing')),
    );
  }
  const news = present.flatMap(({ name, id = '' }) =>
    ids[`field.${name}`] === id ? [] : [{ name, id, known: ids[`field.${name}`] !== undefined }],
  );
  return {
    state: 'ready',
    // Reinstalling the app makes other fields: screens and rules that name the old ones are repaired by their steps.
    changes: news.map(({ name, known }) =>
      known
        ? change('repair', fieldTitle(name), 'another field than before; will be used instead')
        : change('change', fieldTitle(name), 'brought by the app; will be used'),
    ),
    right: 'The read-only fields are there.',
    done: `${present.length} read-only fields found.`,
    apply: () => admin.keep(Object.fromEntries(news.map(({ name, id }) => [`field.${name}`, id]))),
  };
}
