import kvs, { Filter, FilterConditions } from '@forge/kvs';
import * as v from 'valibot';
import { LedgerEvent } from '#core/change/event';
import type { IndexStep } from '#core/change/open-change';
import { emptyHead, type LedgerHead } from '#core/change/ledger';
import { ChangeState, initialState } from '#core/change/state';
import type { Extras, LedgerSnapshot, RuleLedger } from '../app/ports';
import { archiveKeys } from './archive-keys';
import { evidenceEntity, evidenceKey, type EvidenceRecord } from './kvs-evidence-record';
import { executionKey, executionRecord } from './kvs-execution-reader';
import { openChangeEntity, type OpenChangeRecord } from './kvs-open-change-record';

/** Custom entity of the manifest: one head per change. */
const headEntity = 'change';

interface HeadRecord {
  seq: number;
  hash: string;
  state: unknown;
  writer: string;
}

const StoredHead = v.object({
  seq: v.number(),
  hash: v.string(),
  state: ChangeState,
  writer: v.optional(v.string(), ''),
});

const eventKey = (issueId: string, seq: number): string => `event:${issueId}:${seq}`;
/** Prefix of the keys of marks: what Jira may not show yet. */
export const markPrefix = 'mirror:';
const markKey = (issueId: string, seq: number): string => `${markPrefix}${issueId}:${seq}`;
/** Key under which the issue id of an issue key is remembered. */
export const issueKeyKey = (issueKey: string): string => `key:${issueKey}`;

/** Keys of one `batchGet`. Platform: 25. */
const batchSize = 25;

/** The ledger in Forge's key-value store. The head's condition makes a commit atomic; gets are strongly consistent. */
export const kvsLedger: RuleLedger = {
  async read(issueId) {
    const { head, state } = await readHead(issueId);
    return { head, state };
  },

  async commit(issueId, expected, next, events, extras, step) {
    const transaction = kvs.transact();
    const writer = crypto.randomUUID();
    transaction.set<HeadRecord>(issueId, headRecord(next, writer), {
      entityName: headEntity,
      conditions: headIs(expected),
    });
    for (const event of events) transaction.set(eventKey(issueId, event.seq), event);
    if (!extras.quiet) {
      transaction.set(markKey(issueId, next.head.seq), {
        issueId,
        seq: next.head.seq,
        at: events.at(-1)?.at ?? '',
      });
    }
    addExtras(transaction, issueId, extras);
    keepIndex(transaction, issueId, next, extras, step);
    try {
      await transaction.execute();
      return true;
    } catch (error) {
      // Whatever failed, the head says what happened: ours (only the answer was lost), another writer's, or still the
      // old one. So nothing depends on the store's error codes. (The hash alone would not tell two writers apart that
      // append the same event in the same millisecond.)
      const now = await readHead(issueId);
      if (now.writer === writer) return true;
      if (now.head.hash !== expected.hash) return false;
      if (extras.evidence && (await movedOn(extras.evidence))) return false;
      throw error;
    }
  },

  async events(issueId, head) {
    const keys = Array.from({ length: head.seq }, (_, index) => eventKey(issueId, index + 1));
    const events: LedgerEvent[] = [];
    for (let start = 0; start < keys.length; start += batchSize) {
      const items = keys.slice(start, start + batchSize).map((key) => ({ key }));
      const { successfulKeys } = await kvs.batchGet<unknown>(items);
      events.push(...successfulKeys.map(({ value }) => v.parse(LedgerEvent, value)));
    }
    return events.sort((a, b) => a.seq - b.seq);
  },

  async lookAgain(issueId, seq, at) {
    await kvs.set(markKey(issueId, seq), { issueId, seq, at });
  },

  async shown(issueId, seq) {
    await kvs.delete(markKey(issueId, seq));
  },

  async issueIdOf(issueKey) {
    const stored = await kvs.get<unknown>(issueKeyKey(issueKey));
    return typeof stored === 'string' ? stored : undefined;
  },

  async forgetKey(issueKey) {
    await kvs.delete(issueKeyKey(issueKey));
  },
};

async function readHead(issueId: string): Promise<LedgerSnapshot & { readonly writer: string }> {
  const stored = await kvs.entity<HeadRecord>(headEntity).get(issueId);
  if (stored === undefined) return { head: emptyHead, state: initialState, writer: '' };
  const { seq, hash, state, writer } = v.parse(StoredHead, stored);
  return { head: { seq, hash }, state, writer };
}

function headRecord({ head, state }: LedgerSnapshot, writer: string): HeadRecord {
  return { seq: head.seq, hash: head.hash, state, writer };
}

/**
 * The condition that the head did not move. ⚠ For the first event there is no head yet: `notExists` on an absent
 * entity holds on the local host and in DynamoDB's rules, and is on the list of live checks.
 */
function headIs(expected: LedgerHead): ReturnType<Filter<HeadRecord>['and']> {
  return new Filter<HeadRecord>().and(
    'seq',
    expected.seq === 0 ? FilterConditions.notExists() : FilterConditions.equalTo(expected.seq),
  );
}

/** The condition that nobody else has remembered a run of this text meanwhile. */
function versionIs(version: number): ReturnType<Filter<EvidenceRecord>['and']> {
  return new Filter<EvidenceRecord>().and(
    'version',
    version === 0 ? FilterConditions.notExists() : FilterConditions.equalTo(version),
  );
}

/** Whether the list that an update started from is another by now. */
async function movedOn({ place, version }: NonNullable<Extras['evidence']>): Promise<boolean> {
  const stored = await kvs.entity<EvidenceRecord>(evidenceEntity).get(evidenceKey(place));
  return (stored?.version ?? 0) !== version;
}

/** No commit can open or end a change without its entry: they are one transaction. */
function keepIndex(
  transaction: ReturnType<typeof kvs.transact>,
  issueId: string,
  { state: { revision } }: LedgerSnapshot,
  { issueKey, execution }: Extras,
  step: IndexStep,
): void {
  if (step === 'close') transaction.delete(issueId, { entityName: openChangeEntity });
  if (step !== 'open' || !revision) return;
  const { analysis, connection, submittedAt } = revision;
  const record: OpenChangeRecord = {
    connection,
    since: submittedAt,
    issueId,
    issueKey: issueKey ?? execution?.issueKey ?? '',
    tables: analysis && !analysis.moreTables ? [...new Set(analysis.tables.map(({ name }) => name))] : null,
  };
  transaction.set(issueId, record, { entityName: openChangeEntity });
}

function addExtras(transaction: ReturnType<typeof kvs.transact>, issueId: string, extras: Extras): void {
  const { revision, order, receipt, evidence, execution } = extras;
  if (revision) transaction.set(archiveKeys.revision(issueId, revision.revision), revision);
  if (order) transaction.set(archiveKeys.order(order.jti), order);
  if (receipt) transaction.set(archiveKeys.receipt(receipt.jti), receipt);
  if (evidence) {
    const { place, version, entries } = evidence;
    transaction.set<EvidenceRecord>(
      evidenceKey(place),
      { version: version + 1, entries },
      { entityName: evidenceEntity, conditions: versionIs(version) },
    );
  }
  for (const [part, text] of Object.entries(extras.dryRun ?? {})) {
    transaction.set(archiveKeys.dryRun(issueId, part), text);
  }
  if (execution) {
    transaction.set(executionKey(execution), executionRecord(execution), { entityName: 'execution' });
  }
}
