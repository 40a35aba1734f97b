import kvs, { Filter, FilterConditions } from '@forge/kvs';
import * as v from 'valibot';
import { DraftContent } from '#core/change/content';
import type { Drafts, StoredDraft as Draft } from '../app/ports';
import { rememberKey } from './kvs-ledger';

/** Custom entity of the manifest: one draft per change, guarded by its version. */
const draftEntity = 'draft';

interface DraftRecord {
  version: number;
  content: unknown;
  savedAt: string;
  savedBy: string;
  editors: unknown;
}

const StoredDraft = v.object({
  version: v.number(),
  content: DraftContent,
  savedAt: v.string(),
  savedBy: v.string(),
  editors: v.array(v.string()),
});

/** Drafts in Forge's key-value store; a save that starts from an old version is refused by the store itself. */
export const kvsDrafts: Drafts = {
  async read(issueId) {
    const stored = await kvs.entity<DraftRecord>(draftEntity).get(issueId);
    return stored === undefined ? undefined : v.parse(StoredDraft, stored);
  },
  async save(issueId, issueKey, draft) {
    const before = draft.version - 1;
    const conditions = new Filter<DraftRecord>().and(
      'version',
      before === 0 ? FilterConditions.notExists() : FilterConditions.equalTo(before),
    );
    try {
      if (before === 0) await rememberKey(issueKey, issueId);
      const record: DraftRecord = { ...draft };
      await kvs
        .transact()
        .set<DraftRecord>(issueId, record, { entityName: draftEntity, conditions })
        .execute();
      return true;
    } catch (error) {
      const now = await kvsDrafts.read(issueId);
      // Only the answer was lost, if what is stored is this draft to the letter: another tab may save in the same moment.
      if (now && sameDraft(now, draft)) return true;
      if ((now?.version ?? 0) !== before) return false;
      throw error;
    }
  },
};

function sameDraft(left: Draft, right: Draft): boolean {
  const facts = ({ version, savedAt, savedBy, content }: Draft): string =>
    JSON.stringify([
      version,
      savedAt,
      savedBy,
      content.connection,
      content.sql,
      content.rollback,
      content.reason,
    ]);
  return facts(left) === facts(right);
}
