import type { PanelPayload } from '#core/panel/contract';
import { namesOf, type StructureView } from '#core/panel/structure';
import { mayEditDraft } from '../save-draft';
import type { Ports } from '../ports';
import { refreshSnapshot } from './refresh-snapshot';

/**
 * Sees to it that the structure of a connection's database is known and some minutes old at most. Names to offer in the
 * editor are for people who may edit the draft.
 */
export async function showStructure(
  ports: Ports,
  issueId: string,
  viewer: string,
  { connection, known: shown }: PanelPayload<'structure'>,
): Promise<StructureView> {
  const [{ known, problem }, mayEdit] = await Promise.all([
    refreshSnapshot(ports, connection),
    mayWrite(ports, issueId, viewer),
  ]);
  if (!known) return { digest: null, takenAt: null, problem, names: null };
  const { digest, takenAt, snapshot } = known;
  return { digest, takenAt, problem, names: mayEdit && digest !== shown ? namesOf(snapshot) : null };
}

async function mayWrite(ports: Ports, issueId: string, viewer: string): Promise<boolean> {
  const [{ state }, stored] = await Promise.all([ports.ledger.read(issueId), ports.drafts.read(issueId)]);
  return state.status === 'draft' && mayEditDraft(ports, issueId, stored, viewer);
}
