import { currentAttempt } from '#core/change/state';
import { shownResult } from './accept-receipt';
import type { LedgerSnapshot, Ports } from './ports';
import { publish, type Publication } from './publish';
import { claimsOf } from './show-change';

/** A commit that Jira does not show after this was cut short, milliseconds; younger ones are still being shown. */
const cutShortMs = 60_000;
/** Marks looked at in one sweep; the next sweep goes on. */
const maxPerSweep = 25;

/** A mirror that could not be mended for so long (a type without our workflow) must not hold up the others. */
const giveUpMs = 24 * 60 * 60_000;

/** Shows what a crash or a silent Jira kept from being shown. Comments are not among it: one could be there already. */
export async function sweepMirrors(ports: Ports): Promise<{ looked: number; failed: number }> {
  const marks = await ports.ledger.unshown(isoBefore(ports, cutShortMs), maxPerSweep);
  const old = isoBefore(ports, giveUpMs);
  const issues = [...new Set(marks.map(({ issueId }) => issueId))];
  let failed = 0;
  for (const issueId of issues) {
    const shown = await showAgain(ports, issueId).catch((error: unknown) => {
      ports.log('mirror not repaired', { issueId, error: String(error) });
      return false;
    });
    if (!shown) failed += 1;
    const done = marks.filter((mark) => mark.issueId === issueId && (shown || mark.at < old));
    await Promise.all(done.map(async ({ seq }) => ports.ledger.shown(issueId, seq)));
  }
  return { looked: issues.length, failed };
}

function isoBefore(ports: Ports, ms: number): string {
  return new Date(ports.clock() - ms).toISOString();
}

async function showAgain(ports: Ports, issueId: string): Promise<boolean> {
  const jiraStatus = await ports.jira.status(issueId);
  // The issue is gone: there is nothing to show it on.
  if (jiraStatus === null) return true;
  const snapshot = await ports.ledger.read(issueId);
  const result = await storedResult(ports, snapshot);
  return publish(ports, issueId, snapshot, {
    // A status that is not ours differs from the ledger's, so that the way back is looked for.
    jiraStatus: jiraStatus ?? (snapshot.state.status === 'draft' ? 'in-review' : 'draft'),
    ...result,
  });
}

async function storedResult(ports: Ports, { state }: LedgerSnapshot): Promise<Pick<Publication, 'result'>> {
  const attempt = currentAttempt(state);
  const stored = attempt?.outcome?.receiptSha256 ? await ports.archive.receipt(attempt.jti) : undefined;
  const claims = stored && claimsOf(stored.receipt);
  return stored && claims ? { result: shownResult(state, claims, stored) } : {};
}
