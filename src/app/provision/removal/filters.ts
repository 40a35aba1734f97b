import { doneKey, forgotten, isOurs } from '../kept';
import { rest } from '../site-admin';
import type { Site } from '../step';
import { keepCompliance } from '../steps/dashboard';
import { readFilters } from '../steps/filters';
import { beforeUs, farewells, remove, type Removal, type RemovalLook } from './removal';

/** The saved filters that we made. One that we only found stays. */
export const filtersRemoval: Removal = { look };

async function look(site: Site): Promise<RemovalLook> {
  const { admin, ports } = site;
  const ids = await admin.ids();
  const { filters } = (await ports.settings.read()).compliance;
  const kept = Object.entries(filters);
  if (kept.length === 0) return { state: 'gone', forget: { [doneKey('filters')]: null } };
  const there = await readFilters(
    admin,
    kept.map(([, id]) => id),
  );
  const facts = kept.map(([key, id]) => {
    const filter = there.find((one) => one.id === id);
    return { key, id, there: filter !== undefined, what: `Filter "${filter?.name ?? key}"`, filter };
  });
  const staying = facts.filter(({ key, there: is }) => is && !isOurs(ids, `filter.${key}`));
  const going = facts.filter((fact) => !staying.includes(fact));
  return farewells(
    going.map(({ key, id, what, there: is, filter }) => ({
      what: is ? what : `${what}: gone already, forgotten`,
      run: async () => {
        const owner = filter?.owner?.displayName ?? 'its owner';
        if (is) {
          await remove(
            admin,
            rest(['filter', id]),
            `Ask ${owner} to delete the ${what.replace('Filter', 'filter')}.`,
          );
        }
        const { compliance } = await ports.settings.read();
        const { [key]: _removed, ...others } = compliance.filters;
        await keepCompliance(site, `${what} removed`, { filters: others });
      },
    })),
    staying.map(({ what }) => ({ what, why: beforeUs })),
    () =>
      admin.keep({
        ...forgotten(...going.map(({ key }) => `filter.${key}`)),
        [doneKey('filters')]: null,
      }),
  );
}
