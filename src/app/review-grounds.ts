import type { DigestInput } from '#core/change/digest';
import type { PanelPayload } from '#core/panel/contract';
import { mayEditDraft } from '../save-draft';
import type { Ports } from '../ports';
import { type KnownSchema, schemaOf } from './schema-of';

/**
 * The structure that a review of a text on the screen may use; null: it goes without. A review tells what hangs on a table
 * and how large it is, so it must not answer whatever somebody likes to ask of a database: only the draft and the revision
 * that everybody here reads, and what people type who may edit the draft.
 */
export async function schemaForReview(
  ports: Ports,
  issueId: string,
  viewer: string,
  asked: PanelPayload<'review'>,
): Promise<KnownSchema | null> {
  if (asked.connection === null) return null;
  const [allowed, known] = await Promise.all([
    mayAsk(ports, issueId, viewer, asked),
    schemaOf(ports, asked.connection),
  ]);
  return allowed ? known : null;
}

async function mayAsk(
  ports: Ports,
  issueId: string,
  viewer: string,
  { sql, connection, digest }: PanelPayload<'review'>,
): Promise<boolean> {
  const [{ state }, stored] = await Promise.all([
    ports.ledger.read(issueId),
    digest === null ? ports.drafts.read(issueId) : undefined,
  ]);
  const same = (
    content: (Pick<DigestInput, 'sql' | 'rollback'> & { connection: string | null }) | undefined,
  ): boolean => content?.connection === connection && (content.sql === sql || content.rollback === sql);
  if (digest !== null) {
    if (state.revision?.digest !== digest) return false;
    return same(await ports.archive.revision(issueId, state.revision.number));
  }
  if (state.status !== 'draft') return false;
  return same(stored?.content) || mayEditDraft(ports, issueId, stored, viewer);
}
