import { currentVerdict, type DraftVerdict } from '#core/change/verdict';
import type { ConnectionInfo } from '#core/protocol/connection';
import { reviewConfigOf } from '#core/settings/review-config';
import type { Settings } from '#core/settings/settings';
import { analyserName } from '#core/sql/review/analyser';
import type { StoredDraft } from './ports';

/** What was said of a draft when it was saved, if it still holds: for who has no grammar to review it again. */
export async function storedVerdict(
  { verdict }: StoredDraft,
  { key, environment }: ConnectionInfo,
  settings: Settings,
): Promise<DraftVerdict | null> {
  if (verdict === null) return null;
  const analyser = await analyserName(reviewConfigOf(settings));
  return currentVerdict(verdict, { connection: key, environment, analyser });
}
