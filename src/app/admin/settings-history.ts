import type { AdminValue } from '#core/panel/admin-contract';
import type { Ports } from '../ports';

/** Entries of one page. */
const pageSize = 25;

/** A page of the settings ledger, newest first, with whether its chain holds. */
export async function settingsHistory(
  ports: Ports,
  before: number | null,
): Promise<AdminValue<'settings-history'>> {
  const { events, more, problem } = await ports.settings.history(before, pageSize);
  const entries = events.map(({ seq, at, actor, what, differences }) => ({
    seq,
    at,
    actor,
    what,
    differences,
  }));
  return { entries, more, problem };
}
