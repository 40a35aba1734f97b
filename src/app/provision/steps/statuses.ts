import * as v from 'valibot';
import { changeStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import type { PlannedChange } from '#core/panel/admin-contract';
import { statusCategories } from '#core/workflow/definition';
import { found, made } from '../kept';
import { Id, listed, Named, Nothing } from '../lists';
import { rest, type SiteAdmin } from '../site-admin';
import { change, manual, needed, type Look, type Site, type Step } from '../step';

const Status = v.object({
  id: Id,
  name: v.string(),
  description: v.optional(v.nullable(v.string()), ''),
  statusCategory: v.string(),
  scope: v.optional(v.object({ type: v.optional(v.string()) })),
});
type Status = v.InferOutput<typeof Status>;

const categoryWords: Readonly<Record<string, string>> = {
  TODO: 'To do',
  IN_PROGRESS: 'In progress',
  DONE: 'Done',
};
const inWords = (category: string): string => categoryWords[category] ?? category;
const menu = 'Settings, Work items, Statuses';

/** What a person calls a status. */
export function statusTitle(status: ChangeStatus): string {
  return `Status "${jiraStatusNames[status]}"`;
}

/** The global statuses: made, or found by their names. */
export const statusesStep: Step = { look };

interface Finding {
  readonly status: ChangeStatus;
  /** Undefined: to be made. */
  readonly there: Status | undefined;
  /** True: Jira has it under the id that we kept. */
  readonly kept: boolean;
  readonly gone: boolean;
}

async function look({ admin }: Site): Promise<Look> {
  const ids = await admin.ids();
  const { values } = await listed(admin, ['statuses', 'search'], Status, {}, 200);
  const all = values.filter(({ scope }) => scope?.type !== 'PROJECT');
  const findings = changeStatuses.map((status): Finding => {
    const keptId = ids[`status.${status}`];
    const byId = all.find(({ id }) => id === keptId);
    const wanted = jiraStatusNames[status].toLowerCase();
    const there = byId ?? all.find(({ name }) => name.toLowerCase() === wanted);
    return { status, there, kept: byId !== undefined, gone: keptId !== undefined && !byId };
  });
  const clash = findings.find(
    ({ status, there, kept }) => there && !kept && there.statusCategory !== statusCategories[status],
  );
  if (clash?.there) {
    const { status, there } = clash;
    return manual(
      `${statusTitle(status)} exists in the category ${inWords(there.statusCategory)}; Query Change needs it in ${inWords(statusCategories[status])}.`,
      `Rename that status, or change its category, under ${menu}; other workflows may use it, so Query Change leaves it as it is.`,
    );
  }
  return {
    state: 'ready',
    changes: findings.flatMap(changesOf),
    right: 'All statuses are there.',
    done: `${changeStatuses.length} statuses are ready.`,
    apply: () => apply(admin, findings),
  };
}

function changesOf({ status, there, kept, gone }: Finding): PlannedChange[] {
  const what = statusTitle(status);
  const category = `category ${inWords(statusCategories[status])}`;
  if (!there)
    return [
      change(gone ? 'repair' : 'create', what, gone ? `gone; will be made again, ${category}` : category),
    ];
  if (!kept) return [change('change', what, 'exists already; will be used')];
  const wrong = differences(status, there);
  return wrong.length === 0 ? [] : [change('repair', what, wrong.join('; '))];
}

function differences(status: ChangeStatus, there: Status): string[] {
  const name = jiraStatusNames[status];
  const category = statusCategories[status];
  return [
    ...(there.name === name ? [] : [`named "${there.name}", should be "${name}"`]),
    ...(there.statusCategory === category
      ? []
      : [`category ${inWords(there.statusCategory)}, should be ${inWords(category)}`]),
  ];
}

async function apply(admin: SiteAdmin, findings: readonly Finding[]): Promise<void> {
  const adopted = findings.flatMap(({ status, there, kept }) =>
    there && !kept ? Object.entries(found(`status.${status}`, there.id)) : [],
  );
  if (adopted.length > 0) await admin.keep(Object.fromEntries(adopted));
  await makeMissing(
    admin,
    findings.filter(({ there }) => !there).map(({ status }) => status),
  );
  const wrong = findings.flatMap(({ status, there, kept }) =>
    there && kept && differences(status, there).length > 0 ? [{ status, there }] : [],
  );
  if (wrong.length === 0) return;
  const statuses = wrong.map(({ status, there }) => ({
    id: there.id,
    name: jiraStatusNames[status],
    description: there.description ?? '',
    statusCategory: statusCategories[status],
  }));
  const words = wrong.map(({ status, there }) => `"${there.name}": ${differences(status, there).join(', ')}`);
  needed(
    await admin.send('PUT', rest(['statuses']), { statuses }, Nothing),
    `Correct these statuses under ${menu}: ${words.join('; ')}.`,
  );
}

async function makeMissing(admin: SiteAdmin, missing: readonly ChangeStatus[]): Promise<void> {
  if (missing.length === 0) return;
  const statuses = missing.map((status) => ({
    name: jiraStatusNames[status],
    statusCategory: statusCategories[status],
  }));
  const words = missing.map(
    (status) => `"${jiraStatusNames[status]}" (${inWords(statusCategories[status])})`,
  );
  const reply = needed(
    await admin.send('POST', rest(['statuses']), { scope: { type: 'GLOBAL' }, statuses }, v.array(Named)),
    `Add these statuses under ${menu}: ${words.join(', ')}.`,
  );
  const ids = missing.flatMap((status) => {
    const match = reply.find(({ name }) => name === jiraStatusNames[status]);
    return match ? Object.entries(made(`status.${status}`, match.id)) : [];
  });
  await admin.keep(Object.fromEntries(ids));
}
