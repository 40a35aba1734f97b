import type { DigestInput } from '#core/change/digest';
import { openRevision } from '#core/change/open-change';
import type { PanelPayload } from '#core/panel/contract';
import type { Ports } from './ports';
import { mayEditDraft } from './save-draft';
import { type KnownSchema, schemaOf } from './snapshot/schema-of';

/** What a review of a text on the screen may go by. */
export interface ReviewGrounds {
  /** Null: it goes without the structure. */
  readonly known: KnownSchema | null;
  /** It is a draft, or a revision that may still run: others may get in its way. */
  readonly mayMeet: boolean;
}

/**
 * Whether a review may use the structure of a database, and whether the text may still run. A review tells what hangs on a
 * table and how large it is, so it must not answer whatever somebody likes to ask of a database: only the draft and the
 * revision that everybody here reads, and what people type who may edit the draft.
 */
export async function reviewGrounds(
  ports: Ports,
  issueId: string,
  viewer: string,
  asked: PanelPayload<'review'>,
): Promise<ReviewGrounds> {
  if (asked.connection === null) return { known: null, mayMeet: false };
  const [{ allowed, mayMeet }, known] = await Promise.all([
    judgeAsked(ports, issueId, viewer, asked),
    schemaOf(ports, asked.connection),
  ]);
  return { known: allowed ? known : null, mayMeet };
}

async function judgeAsked(
  ports: Ports,
  issueId: string,
  viewer: string,
  { sql, connection, digest }: PanelPayload<'review'>,
): Promise<{ readonly allowed: boolean; readonly mayMeet: boolean }> {
  const [{ state }, stored] = await Promise.all([
    ports.ledger.read(issueId),
    digest === null ? ports.drafts.read(issueId) : undefined,
  ]);
  const same = (
    content: (Pick<DigestInput, 'sql' | 'rollback'> & { connection: string | null }) | undefined,
  ): boolean => content?.connection === connection && (content.sql === sql || content.rollback === sql);
  if (digest === null) {
    const allowed =
      state.status === 'draft' &&
      (same(stored?.content) || (await mayEditDraft(ports, issueId, stored, viewer)));
    return { allowed, mayMeet: true };
  }
  const { revision } = state;
  const allowed = revision?.digest === digest && same(await ports.archive.revision(issueId, revision.number));
  return { allowed, mayMeet: openRevision(state)?.revision.digest === digest };
}
