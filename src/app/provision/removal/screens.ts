import { doneKey, forgotten, isOurs } from '../kept';
import { rest } from '../site-admin';
import type { Site } from '../step';
import { screenTitles } from '../steps/screens';
import { beforeUs, farewells, issuesUseIt, remove, type Removal, type RemovalLook } from './removal';

const keys = ['screenSchemeId', 'screenId', 'reasonScreenId'] as const;

/** Our screens and their scheme. Jira refuses where others use one. */
export const screensRemoval: Removal = { look };

async function look({ admin }: Site): Promise<RemovalLook> {
  const ids = await admin.ids();
  const kept = keys.filter((key) => ids[key] !== undefined);
  if (kept.length === 0) return { state: 'gone', forget: { [doneKey('screens')]: null } };
  const used = await issuesUseIt(admin, ids);
  if (used !== null) return { state: 'keep', what: kept.map((key) => screenTitles[key]), why: used };
  const ours = kept.filter((key) => isOurs(ids, key));
  return farewells(
    ours.map((key) => ({
      what: screenTitles[key],
      run: async () => {
        const kind = key === 'screenSchemeId' ? 'screenscheme' : 'screens';
        await remove(
          admin,
          rest([kind, ids[key] ?? '']),
          `Delete the ${screenTitles[key].replace('Screen', 'screen')} under Settings, Work items, Screens, where Jira shows what still uses it.`,
        );
        await admin.keep(forgotten(key));
      },
    })),
    kept.filter((key) => !ours.includes(key)).map((key) => ({ what: screenTitles[key], why: beforeUs })),
    () => admin.keep({ [doneKey('screens')]: null }),
  );
}
