import { completeContent } from '#core/change/content';
import { computeDigest } from '#core/change/compute-digest';
import type { ChangeState, DryRunState } from '#core/change/state';
import type { DryRunView } from '#core/panel/view';
import type { Settings } from '#core/settings/settings';
import type { Ports, StoredDraft } from '../ports';
import type { IssueRef } from '../save-draft';
import { digestInput } from '../submit-change';

/** The latest dry run as the panel shows it, without what it saw; null when there was none. */
export async function showDryRun(
  ports: Ports,
  settings: Settings,
  issue: IssueRef,
  state: ChangeState,
  draft: StoredDraft | undefined,
): Promise<DryRunView | null> {
  const { dryRun } = state;
  if (!dryRun) return null;
  const { outcome, connection, requestedBy, requestedAt, revision, jti } = dryRun;
  const [execution, current] = await Promise.all([
    outcome ? undefined : ports.executions.read(issue.id, revision, 'dry-run'),
    isCurrent(ports, settings, issue, state, dryRun, draft),
  ]);
  return {
    connection,
    requestedBy,
    requestedAt,
    status: outcome?.status ?? null,
    phase: execution?.jti === jti && execution.phase !== 'final' ? execution.phase : 'sent',
    code: outcome?.code ?? null,
    message: outcome?.message ?? null,
    current,
    hasReport: outcome !== null && outcome.receiptSha256 !== null,
  };
}

/**
 * Whether a dry run is of this revision, or of the draft as it was saved last: then its digest is the one that the draft
 * would have as a revision of the person who asked for it. What the executor found at that moment is taken as it was: at
 * submission it is asked again, and the revision's digest says whether the answer is the same.
 */
async function isCurrent(
  ports: Ports,
  settings: Settings,
  issue: IssueRef,
  { status, revision, revisions }: ChangeState,
  { digest, requestedBy }: DryRunState,
  draft: StoredDraft | undefined,
): Promise<boolean> {
  if (status !== 'draft') return revision?.digest === digest;
  const content = draft && completeContent(draft.content);
  const tried = content && (await ports.dryRuns.content(issue.id));
  if (!tried) return false;
  const now = digestInput(settings, issue, requestedBy, content, revisions + 1, {
    schemaDigest: tried.schemaDigest,
    ...(tried.schemaShape === undefined ? {} : { schemaShape: tried.schemaShape }),
    ...(content.automaticRollback && tried.rollbackPlan ? { rollbackPlan: tried.rollbackPlan } : {}),
    ...(content.exportFormat === null ? {} : { export: { format: content.exportFormat } }),
  });
  return now !== undefined && (await computeDigest(now)) === digest;
}
