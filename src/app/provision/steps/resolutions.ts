import type { ChangeStatus } from '#core/change/status';
import { resolutionNames } from '#core/workflow/definition';
import { found, made } from '../kept';
import { listed, Made, Named, pick } from '../lists';
import { rest, type SiteAdmin } from '../site-admin';
import { change, needed, ready, type Act, type Look, type Site, type Step } from '../step';

/** The resolutions that Done statuses set: made, or found by their names. Their names may be changed: the id counts. */
export const resolutionsStep: Step = { look };

const wanted = Object.entries(resolutionNames) as [ChangeStatus, string][];

async function look({ admin }: Site): Promise<Look> {
  const ids = await admin.ids();
  const { values } = await listed(admin, ['resolution', 'search'], Named, {});
  const acts = wanted.flatMap(([status, name]): Act[] => {
    const key = `resolution.${status}`;
    const there = pick(values, ids[key], name);
    if (there && there.id === ids[key]) return [];
    const what = `Resolution "${name}"`;
    if (there) {
      return [
        {
          change: change('change', what, 'exists already; will be used'),
          run: () => admin.keep(found(key, there.id)),
        },
      ];
    }
    const gone = ids[key] !== undefined;
    const detail = gone ? 'gone; will be made again' : `set when a change is ${status.replace('-', ' ')}`;
    return [
      { change: change(gone ? 'repair' : 'create', what, detail), run: () => make(admin, status, name) },
    ];
  });
  return ready(acts, 'All resolutions are there.', `${wanted.length} resolutions are ready.`);
}

async function make(admin: SiteAdmin, status: ChangeStatus, name: string): Promise<void> {
  const body = { name, description: `Set by Query Change when a change is ${status.replace('-', ' ')}.` };
  const { id } = needed(
    await admin.send('POST', rest(['resolution']), body, Made),
    `Add a resolution named "${name}" under Settings, Work items, Resolutions.`,
  );
  await admin.keep(made(`resolution.${status}`, id));
}
