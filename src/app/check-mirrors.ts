import { canonicalJson } from '#core/hash';
import * as v from 'valibot';
import { indexProperty } from '#core/property/derive-index';
import { ok } from '#core/result';
import { append } from './append';
import type { LedgerSnapshot, Ports } from './ports';
import { publish } from './publish';

/** Changes compared in one page: one search call, whose cost grows by one point a change. */
const pageSize = 25;
/** Pause between pages, milliseconds: the whole site is gone round at this pace, at 26 points an hour. */
const pauseMs = 60 * 60_000;

/**
 * Compares a page of issue properties with their ledgers. Whoever may edit an issue may write its properties, so an
 * edited one is written again from the ledger, and the attempt is recorded where JQL finds it (P6). The platform has no
 * documented event for it, hence the round.
 */
export async function checkMirrors(ports: Ports): Promise<{ looked: number; edited: number }> {
  const issueIds = await ports.mirrorRounds.next(pageSize, ports.clock(), pauseMs);
  if (issueIds.length === 0) return { looked: 0, edited: 0 };
  const shown = await ports.jira.readIndexes(issueIds);
  let edited = 0;
  for (const issueId of issueIds) {
    if (!shown.has(issueId)) continue; // deleted, or not to be seen
    const snapshot = await ports.ledger.read(issueId);
    if (snapshot.head.seq === 0) continue;
    switch (compare(snapshot, shown.get(issueId))) {
      case 'older':
        await ports.jira.writeIndex(issueId, indexProperty(snapshot.state, snapshot.head.seq));
        break;
      case 'edited':
        if (await restore(ports, issueId, snapshot)) edited += 1;
    }
  }
  return { looked: issueIds.length, edited };
}

const Claimed = v.looseObject({ ledgerSeq: v.number() });

/**
 * What a shown property is, beside the one that the ledger gives. `right` too when it is only behind: somebody else is
 * writing it. `older`: an earlier release wrote it, and it lacks what that release did not index; nobody is accused, and
 * a path that somebody took out by hand is put back the same way. Anything else was `edited`.
 */
function compare({ state, head }: LedgerSnapshot, value: unknown): 'right' | 'older' | 'edited' {
  const claimed = v.safeParse(Claimed, value);
  if (!claimed.success) return 'edited';
  if (claimed.output.ledgerSeq < head.seq) return 'right';
  const due: Readonly<Record<string, unknown>> = indexProperty(state, head.seq);
  const same = Object.entries(claimed.output).every(
    ([path, shown]) => canonicalJson(shown) === canonicalJson(due[path] ?? null),
  );
  if (!same) return 'edited';
  return Object.keys(claimed.output).length < Object.keys(due).length ? 'older' : 'right';
}

/** Records the attempt and writes the mirror again; false when the change moved on meanwhile, or another round did it. */
async function restore(ports: Ports, issueId: string, seen: LedgerSnapshot): Promise<boolean> {
  const message = 'The issue property query-change was edited by hand; it was written again from the ledger.';
  const appended = await append(ports, issueId, ({ head }) => {
    if (head.seq !== seen.head.seq) return ok({ entries: [] });
    return ok({
      entries: [{ actor: 'app', body: { type: 'attempt-recorded', code: 'mirror-edited', message } }],
    });
  });
  if (!appended.ok) {
    ports.log('mirror not restored', { issueId, error: appended.error.message });
    return false;
  }
  if (!appended.value.changed) return false;
  const { status } = appended.value.state;
  await publish(ports, issueId, appended.value, { jiraStatus: status, comment: [{ text: message }] });
  return true;
}
