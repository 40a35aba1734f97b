import kvs from '@forge/kvs';
import * as v from 'valibot';
import { DraftContent } from '#core/change/content';
import { DraftVerdict } from '#core/change/verdict';
import type { Drafts } from '../app/ports';

/** Custom entity of the manifest: one draft per change, guarded by its version. */
export const draftEntity = 'draft';

/** The record as stored. */
export interface DraftRecord {
  version: number;
  content: unknown;
  savedAt: string;
  savedBy: string;
  editors: unknown;
  verdict?: unknown;
}

const StoredDraft = v.object({
  version: v.number(),
  content: DraftContent,
  savedAt: v.string(),
  savedBy: v.string(),
  editors: v.array(v.string()),
  /** Drafts of earlier releases have none. */
  verdict: v.optional(v.nullable(DraftVerdict), null),
});

/** Reads drafts. Rules and triggers have this half only, so that their bundle stays small. */
export const kvsDraftReader: Pick<Drafts, 'read'> = {
  async read(issueId) {
    const stored = await kvs.entity<DraftRecord>(draftEntity).get(issueId);
    return stored === undefined ? undefined : v.parse(StoredDraft, stored);
  },
};
