import * as v from 'valibot';
import { changeStatuses, type ChangeStatus } from '#core/change/status';
import { doneKey, forgotten, isOurs } from '../kept';
import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import { askAnAdmin, needed, type Site } from '../step';
import { statusTitle } from '../steps/statuses';
import {
  beforeUs,
  farewells,
  issuesUseIt,
  remove,
  type Farewell,
  type Removal,
  type RemovalLook,
} from './removal';

/** The statuses that we made and that no other workflow uses. Resolutions stay: issues of any kind may have them. */
export const statusesRemoval: Removal = { look };

async function look({ admin }: Site): Promise<RemovalLook> {
  const ids = await admin.ids();
  const forget = Object.fromEntries(
    (['statuses', 'resolutions', 'fields', 'project'] as const).map((step) => [doneKey(step), null]),
  );
  const kept = changeStatuses.filter((status) => ids[`status.${status}`] !== undefined);
  if (kept.length === 0) return { state: 'gone', forget };
  const used = await issuesUseIt(admin, ids);
  if (used !== null) return { state: 'keep', what: kept.map(statusTitle), why: used };
  const elsewhere = await usedElsewhere(admin, ids);
  const reason = (status: ChangeStatus): string | null => {
    if (!isOurs(ids, `status.${status}`)) return beforeUs;
    if (elsewhere === null) return 'this site has too many workflows to see whether others use it.';
    const names = elsewhere.get(ids[`status.${status}`] ?? '') ?? [];
    return names.length === 0 ? null : `other workflows use it: ${names.join(', ')}.`;
  };
  const going = kept.filter((status) => reason(status) === null);
  return farewells(
    going.length === 0 ? [] : together(admin, ids, going),
    kept.flatMap((status) => {
      const why = reason(status);
      return why === null ? [] : [{ what: statusTitle(status), why }];
    }),
    () => admin.keep(forget),
  );
}

/** One request takes them all; each still has its line. */
function together(admin: SiteAdmin, ids: KeptIds, going: readonly ChangeStatus[]): Farewell[] {
  const titles = going.map(statusTitle);
  const last = going.length - 1;
  return titles.map((what, index) => ({
    what,
    run: async () => {
      if (index !== last) return;
      const id = going.map((status) => ids[`status.${status}`] ?? '');
      await remove(
        admin,
        rest(['statuses'], { id }),
        `Delete under Settings, Work items, Statuses: ${titles.join(', ')}.`,
      );
      await admin.keep(forgotten(...going.map((status) => `status.${status}`)));
    },
  }));
}

/** Pages of workflows read at most. */
const maxPages = 5;

const Page = v.object({
  isLast: v.optional(v.boolean(), true),
  values: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      statuses: v.optional(v.array(v.object({ statusReference: v.string() })), []),
    }),
  ),
  statuses: v.optional(v.array(v.object({ id: v.string(), statusReference: v.string() })), []),
});

/** Names of the other workflows by id of a status that they use; null when there are too many to read. */
async function usedElsewhere(admin: SiteAdmin, ids: KeptIds): Promise<Map<string, string[]> | null> {
  const users = new Map<string, string[]>();
  let startAt = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const query = { startAt: String(startAt), maxResults: '200' };
    const reply = needed(await admin.get(rest(['workflows', 'search'], query), Page), askAnAdmin);
    for (const workflow of reply.values.filter(({ id }) => id !== ids['workflowId'])) {
      for (const { statusReference } of workflow.statuses) {
        const status = reply.statuses.find((one) => one.statusReference === statusReference);
        if (status) users.set(status.id, [...(users.get(status.id) ?? []), workflow.name]);
      }
    }
    if (reply.isLast || reply.values.length === 0) return users;
    startAt += reply.values.length;
  }
  return null;
}
