import { currentAttempt } from '#core/change/state';
import { shownResult } from './accept-receipt';
import type { LedgerSnapshot, Ports } from './ports';
import { publish, type Publication } from './publish';
import { claimsOf } from './show-change';

/** A commit that Jira does not show after this was cut short, milliseconds; younger ones are still being shown. */
const cutShortMs = 60_000;
/** Marks looked at in one sweep; the next sweep goes on. */
const maxPerSweep = 25;

/** Shows what a crash or a silent Jira kept from being shown. Comments are not among it: one could be there already. */
export async function sweepMirrors(ports: Ports): Promise<{ looked: number; failed: number }> {
  const before = new Date(ports.clock() - cutShortMs).toISOString();
  const marks = await ports.ledger.unshown(before, maxPerSweep);
  const seqs = new Map<string, number[]>();
  for (const { issueId, seq } of marks) seqs.set(issueId, [...(seqs.get(issueId) ?? []), seq]);
  let failed = 0;
  for (const [issueId, marked] of seqs) {
    try {
      if (await showAgain(ports, issueId)) {
        await Promise.all(marked.map(async (seq) => ports.ledger.shown(issueId, seq)));
      } else {
        failed += 1;
      }
    } catch (error) {
      failed += 1;
      ports.log('mirror not repaired', { issueId, error: String(error) });
    }
  }
  return { looked: seqs.size, failed };
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
