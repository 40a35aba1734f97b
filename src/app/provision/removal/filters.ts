import { keepCompliance } from '../keep-compliance';
import { doneKey, forgotten, isOurs } from '../kept';
import { rest } from '../site-admin';
import type { Site } from '../step';
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
  const gone: string[] = [];
  /** Written down together, also when Jira refuses one of them. */
  const forget = async (): Promise<void> => {
    const { compliance } = await ports.settings.read();
    const left = Object.entries(compliance.filters).filter(([key]) => !gone.includes(key));
    await keepCompliance(site, 'Filters removed', { filters: Object.fromEntries(left) });
    await admin.keep(forgotten(...gone.map((key) => `filter.${key}`)));
  };
  const parting = farewells(
    going.map(({ key, id, what, there: is, filter }) => ({
      what: is ? what : `${what}: gone already, forgotten`,
      run: async () => {
        const owner = filter?.owner?.displayName ?? 'its owner';
        if (is) {
          const instruction = `Ask ${owner} to delete the ${what.replace('Filter', 'filter')}.`;
          await remove(admin, rest(['filter', id]), instruction);
        }
        gone.push(key);
      },
    })),
    staying.map(({ what }) => ({ what, why: beforeUs })),
    () => admin.keep({ [doneKey('filters')]: null }),
  );
  if (parting.state !== 'remove') return parting;
  const apply = async (): Promise<void> => {
    try {
      await parting.apply();
    } finally {
      await forget();
    }
  };
  return { ...parting, apply };
}
