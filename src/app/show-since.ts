import { differences } from '#core/change/differences';
import { lastSeen } from '#core/change/last-seen';
import type { PanelValue } from '#core/panel/contract';
import type { Ports } from './ports';

/** What is another in the revision that stands than in the one that this viewer decided about, or in the one before. */
export async function showSince(
  ports: Pick<Ports, 'ledger' | 'archive'>,
  issueId: string,
  viewer: string,
): Promise<PanelValue<'since'>> {
  const { head, state } = await ports.ledger.read(issueId);
  const { revision } = state;
  if (!revision || revision.number < 2) return { since: null };
  const seen = lastSeen(await ports.ledger.events(issueId, head), viewer);
  if (!seen) return { since: null };
  const [before, now] = await Promise.all([
    ports.archive.revision(issueId, seen.revision),
    ports.archive.revision(issueId, revision.number),
  ]);
  if (!before || !now) return { since: null };
  const { sql, rollback, verification } = before;
  return {
    since: {
      ...seen,
      sql,
      rollback,
      verification,
      differences: [...differences(before, now)],
    },
  };
}
