import kvs, { Filter, FilterConditions } from '@forge/kvs';
import type { Drafts, StoredDraft as Draft } from '../app/ports';
import { draftEntity, kvsDraftReader, type DraftRecord } from './kvs-draft-reader';
import { issueKeyKey } from './kvs-ledger';

/** Drafts in Forge's key-value store; a save that starts from an old version is refused by the store itself. */
export const kvsDrafts: Drafts = {
  ...kvsDraftReader,
  async save(issueId, issueKey, draft) {
    const before = draft.version - 1;
    const conditions = new Filter<DraftRecord>().and(
      'version',
      before === 0 ? FilterConditions.notExists() : FilterConditions.equalTo(before),
    );
    try {
      if (before === 0) await rememberKey(issueKey, issueId);
      const { verdict, ...rest } = draft;
      const record: DraftRecord = verdict === null ? rest : { ...rest, verdict };
      await kvs
        .transact()
        .set<DraftRecord>(issueId, record, { entityName: draftEntity, conditions })
        .execute();
      return true;
    } catch (error) {
      const now = await kvsDraftReader.read(issueId);
      // Only the answer was lost, if what is stored is this draft to the letter: another tab may save in the same moment.
      if (now && sameDraft(now, draft)) return true;
      if ((now?.version ?? 0) !== before) return false;
      throw error;
    }
  },
};

/** Remembers which issue a key means, so that a validator (which is given the key only) need not ask Jira. */
async function rememberKey(issueKey: string, issueId: string): Promise<void> {
  await kvs.set(issueKeyKey(issueKey), issueId);
}

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
