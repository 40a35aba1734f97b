import * as v from 'valibot';
import { verifyChain } from '#core/change/ledger';
import { LedgerEvent } from '#core/change/event';
import { replay } from '#core/change/machine';
import { ChangeState } from '#core/change/state';
import { jiraStatusNames } from '#core/change/status';
import { bucketJql, buckets, durations, waitingJql } from '#core/compliance/gadget-searches';
import { complianceRules, everything, ruleCountJql, ruleJql } from '#core/compliance/rules';
import { indexProperty } from '#core/property/derive-index';
import { indexPropertyKey } from '#core/property/index-words';
import { createManualClock } from '../../../host/forge/clock';
import {
  expectedOffenders,
  expectedWaiting,
  expectedWithin,
  type MadeChange,
} from '../../../scripts/local/history/expected';
import { generateHistory } from '../../../scripts/local/history/generate-history';
import { tellStories } from '../../../scripts/local/history/lives';
import { createRandom } from '../../../scripts/local/history/random';
import { startHistorySite, type HistorySite } from '../../../scripts/local/history/history-site';
import { journey } from '../../../scripts/local/journey';
import { people } from '../../../scripts/local/seed';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';
import { countOf, keysOf, scopes, seedWithStranger, stranger } from './support';

const count = 2_000;
/** A site is set up as an administrator does it, step by step. */
const startMs = 180_000;
const now = Date.parse('2026-11-18T15:20:00Z');
const auditor = people.auditor.accountId;
let site: HistorySite;
let made: MadeChange[];

beforeAll(async () => {
  // The clock stands still, so that ages and periods are exact.
  site = await startHistorySite(process.cwd(), await temporaryFolder('history'), {
    clock: createManualClock(now),
    seed: seedWithStranger,
  });
  const archive = {
    key: 'ARC',
    name: 'Archive',
    projectTypeKey: 'software',
    leadAccountId: people.admin.accountId,
  };
  const Made = v.object({ key: v.string() });
  await journey(site.host).rest('admin', 'POST', '/rest/api/3/project', Made, archive);
  made = await generateHistory(site.host, site.jira, { count, now, projects: ['DB', 'DB', 'ARC'] });
}, startMs);
afterAll(async () => site.close());

describe('what was made up is what JQL finds', () => {
  test('every rule has offenders and most changes break none', () => {
    for (const { key } of complianceRules) {
      expect(expectedOffenders(made, key, everything, now).length).toBeGreaterThan(5);
    }
    const controls = complianceRules.filter(({ kind }) => kind === 'control');
    const offenders = controls.flatMap(({ key }) => expectedOffenders(made, key, everything, now));
    expect(new Set(offenders).size).toBeLessThan(count / 10);
    expect(made).toHaveLength(count);
  });

  test.each(scopes)('%s: every rule counts and finds exactly the known offenders', async (_name, scope) => {
    for (const rule of complianceRules) {
      const expected = expectedOffenders(made, rule.key, scope, now);
      const found = await keysOf(site.jira, auditor, ruleJql(rule, scope));
      expect({ rule: rule.key, keys: found.toSorted() }).toEqual({
        rule: rule.key,
        keys: expected.toSorted(),
      });
      expect(await countOf(site.jira, auditor, ruleCountJql(rule, scope))).toBe(expected.length);
    }
  });

  test('the oldest offender is the oldest', async () => {
    for (const rule of complianceRules) {
      const [oldest] = await keysOf(site.jira, auditor, ruleJql(rule, everything));
      expect({ rule: rule.key, oldest }).toEqual({
        rule: rule.key,
        oldest: expectedOffenders(made, rule.key, everything, now)[0],
      });
    }
  });

  test.each(scopes)('%s: the buckets', async (_name, scope) => {
    for (const duration of durations) {
      for (const bucket of buckets) {
        const until = duration === 'lead' ? 'executedAt' : 'approvedAt';
        const expected = expectedWithin(made, until, [bucket.from, bucket.to], scope, now);
        expect(await countOf(site.jira, auditor, bucketJql(duration, bucket, scope))).toBe(expected);
      }
    }
  });

  test('what waits for a person', async () => {
    for (const { accountId } of [people.firstApprover, people.secondApprover, people.developer]) {
      const found = await keysOf(site.jira, accountId, waitingJql(everything));
      expect(found.toSorted()).toEqual(expectedWaiting(made, accountId, everything).toSorted());
    }
    expect(expectedWaiting(made, people.firstApprover.accountId, everything).length).toBeGreaterThan(5);
    expect(expectedWaiting(made, people.developer.accountId, everything)).toEqual([]);
  });

  test('who may not browse the projects counts nothing', async () => {
    for (const rule of complianceRules) {
      expect(await countOf(site.jira, stranger.accountId, ruleCountJql(rule, everything))).toBe(0);
    }
  });

  test('the same numbers make the same stories, others make others', () => {
    const cast = { authors: ['a', 'b'], approvers: ['p', 'q'], operator: 'o' } as const;
    const told = (seed: number): string =>
      JSON.stringify(tellStories(200, now, cast, (story) => createRandom(seed + story)));
    expect(told(1)).toBe(told(1));
    expect(told(2)).not.toBe(told(1));
  });
});

describe('the ledger and Jira agree', () => {
  const store = (space: string, key: string): unknown => {
    const stored = site.host.platform.kvs.get(space, key)?.value;
    return stored === undefined ? undefined : JSON.parse(stored);
  };
  const Head = v.object({ seq: v.number(), hash: v.string(), state: ChangeState });

  test('every chain is whole, folds to the stored state, and the property is the mirror of it', async () => {
    const Issues = v.object({
      issues: v.array(
        v.object({
          id: v.string(),
          properties: v.record(v.string(), v.unknown()),
          fields: v.object({
            status: v.object({ name: v.string() }),
            resolution: v.nullable(v.object({ name: v.string() })),
          }),
        }),
      ),
    });
    for (let start = 0; start < made.length; start += 100) {
      const page = made.slice(start, start + 100);
      const body = {
        jql: `issue in (${page.map(({ id }) => id).join(',')})`,
        maxResults: 100,
        fields: ['status', 'resolution'],
        properties: [indexPropertyKey],
      };
      const { issues } = await journey(site.host).rest(
        'auditor',
        'POST',
        '/rest/api/3/search/jql',
        Issues,
        body,
      );
      expect(issues).toHaveLength(page.length);
      for (const issue of issues) {
        const stored = store('entity/change', issue.id);
        if (stored === undefined) {
          expect(issue.properties).toEqual({});
          continue;
        }
        const { seq, hash, state } = v.parse(Head, stored);
        const events = Array.from({ length: seq }, (_, index) =>
          v.parse(LedgerEvent, store('kv', `event:${issue.id}:${index + 1}`)),
        );
        expect(await verifyChain(issue.id, { seq, hash }, events)).toMatchObject({ ok: true });
        expect(replay(events)).toEqual(state);
        expect(issue.properties[indexPropertyKey]).toEqual(indexProperty(state, seq));
        if (state.status !== 'draft') expect(issue.fields.status.name).toBe(jiraStatusNames[state.status]);
        const over = ['succeeded', 'rolled-back', 'rejected', 'cancelled'].includes(state.status);
        expect(issue.fields.resolution !== null).toBe(over);
      }
    }
  });

  test('the panel shows a generated change, its timeline whole, and no evidence', async () => {
    const by = journey(site.host);
    const change = made.find(
      ({ projectKey, story }) =>
        projectKey === 'DB' && story.kind === 'succeeded' && story.content.environment === 'dev',
    );
    const view = await by.must('developer', change?.key ?? '', 'view', {});
    expect(view).toMatchObject({
      status: 'succeeded',
      outcomes: [{ status: 'succeeded', executor: '', hasResult: false }],
    });
    expect(view.revision?.sql).toBe(change?.story.content.sql);
    const timeline = await by.must('auditor', change?.key ?? '', 'timeline', {});
    expect(timeline).toMatchObject({ intact: true, problem: null });
    expect(timeline.entries).toHaveLength(change?.story.steps.length ?? 0);
    const evidence = await by.must('developer', change?.key ?? '', 'evidence', { kind: 'apply' });
    expect(evidence).toMatchObject({ order: null, receipt: null });
  });

  test('the sweep finds nothing to show again, and a round over the mirrors no edited one', async () => {
    const heads = (): unknown[] => made.map(({ id }) => store('entity/change', id));
    const before = heads();
    await site.host.runSchedule('sweep');
    await site.host.idle();
    expect(heads()).toEqual(before);
    // It did look: the round remembers where it stopped.
    expect(store('kv', 'mirror-round')).toMatchObject({ cursor: expect.any(String) as unknown });
  });
});
