import { currentVerdict, type DraftVerdict } from '#core/change/verdict';
import type { ConnectionInfo } from '#core/protocol/connection';
import type { Settings } from '#core/settings/settings';
import { analyserName } from '#core/sql/review/analyser';
import type { StoredDraft } from './ports';

/** What was said of a draft when it was saved, if it still holds: for who has no grammar to review it again. */
export function storedVerdict(
  { verdict }: StoredDraft,
  { key, environment }: ConnectionInfo,
  settings: Settings,
): DraftVerdict | null {
  if (verdict === null) return null;
  const analyser = analyserName(settings.review);
  return currentVerdict(verdict, { connection: key, environment, analyser });
}

/** Why a draft with this verdict may not go to review, in words; null when it may. */
export function verdictRefusal(verdict: DraftVerdict | null): string | null {
  return verdict
    ? verdict.refusal
    : 'Open the panel and press Submit for review: this SQL has not been reviewed by the rules as they are now.';
}
