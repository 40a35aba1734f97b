import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { people } from '../../../scripts/local/seed';
import type { EvidencePolicy } from '#core/settings/settings';
import {
  approved,
  commentsOf,
  markContent,
  ran,
  submitted,
  viewOf,
  type TestChange,
} from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';
import { orderClaims } from '../../support/receipts';
import { asAdmin } from '../admin/support';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

/** One change for every environment: the same SQL and the same rollback. */
function aChange() {
  const { sql, rollback } = markContent(`mark-${randomUUID()}`);
  return { sql, rollback };
}

/** Runs it in dev, as people do. */
async function ranInDev(content: { sql: string; rollback: string | null }): Promise<TestChange> {
  const change = await approved(site, { ...content, connection: 'shop-dev' });
  await ran(site, change);
  return change;
}

async function ask(connection: string, evidence: EvidencePolicy | undefined): Promise<void> {
  const { connections } = await asAdmin(site, 'overview', {});
  const policy = connections.find(({ key }) => key === connection)?.policy;
  if (!policy) throw new Error(`no policy for ${connection}`);
  const { evidence: _before, ...rest } = policy;
  await asAdmin(site, 'save-policy', { connection, policy: { ...rest, ...(evidence ? { evidence } : {}) } });
}

const before = (key: string) => site.by.must('firstApprover', key, 'ran-before', {});
const demanded: EvidencePolicy = { required: true, maxAgeDays: 7 };

describe('what ran in a lower environment', () => {
  it('is found by itself, goes with the order, and JQL finds what ran without it', async () => {
    const content = aChange();
    const below = await ranInDev(content);
    const change = await approved(site, { ...content, connection: 'shop-qa' });
    expect(await before(change.key)).toMatchObject({
      required: false,
      missing: null,
      runs: [{ issueKey: below.key, environment: 'dev', rows: 1, match: 'exact', problem: null }],
    });
    await ran(site, change);
    const { order, receipt } = await site.by.must('developer', change.key, 'evidence', { kind: 'apply' });
    const shown = await site.by.must('developer', below.key, 'evidence', { kind: 'apply' });
    expect(orderClaims(order).evidence).toEqual([shown.receipt]);
    expect(receipt).not.toBeNull();
    expect(await site.by.property(change.key, 'query-change')).toMatchObject({ evidence: 'exact' });
    expect(await site.by.search('auditor', 'queryChangeEvidence = exact')).toContain(change.key);
    expect(await site.by.search('auditor', 'queryChangeEvidence = none')).toContain(below.key);
  });

  it('may differ in layout, also in a comment that holds a hint, and is called so', async () => {
    const content = aChange();
    await ranInDev(content);
    const sql = `/*+ a hint */ ${content.sql.replace('INSERT INTO', 'insert  into')}`;
    const change = await submitted(site, { ...content, sql, connection: 'shop-qa' });
    expect(await before(change.key)).toMatchObject({ runs: [{ match: 'layout', problem: null }] });
  });

  it('is nothing when a constant is another', async () => {
    const content = aChange();
    await ranInDev(content);
    const change = await submitted(site, {
      ...content,
      sql: content.sql.replace("VALUES ('mark", "VALUES ('other"),
      connection: 'shop-qa',
    });
    expect((await before(change.key)).runs).toEqual([]);
  });

  it('does not count with another rollback, and the panel says so', async () => {
    const content = aChange();
    await ranInDev(content);
    const change = await submitted(site, { ...content, rollback: null, connection: 'shop-qa' });
    expect(await before(change.key)).toMatchObject({
      runs: [{ match: null, problem: 'it had another rollback' }],
    });
  });

  it('does not count any more when it is rolled back', async () => {
    const content = aChange();
    const below = await ranInDev(content);
    await site.by.must('developer', below.key, 'roll-back', { digest: below.digest });
    await site.by.untilStatus(below.key, ['Rolled back']);
    await site.host.idle();
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    expect(await before(change.key)).toMatchObject({
      runs: [{ match: null, problem: 'it was rolled back' }],
    });
  });

  it('is no dry run', async () => {
    const content = aChange();
    const below = await submitted(site, { ...content, connection: 'shop-dev' });
    await site.by.must('developer', below.key, 'dry-run', { version: null, digest: below.digest });
    await site.host.idle();
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    expect((await before(change.key)).runs).toEqual([]);
  });

  it('cannot be forged by editing issue properties', async () => {
    const content = aChange();
    const failed = await submitted(site, { ...content, connection: 'shop-dev' });
    const at = `/rest/api/3/issue/${failed.key}/properties/query-change`;
    const property = Object(await site.by.property(failed.key, 'query-change'));
    await site.rest('developer', 'PUT', at, {
      ...property,
      status: 'succeeded',
      outcome: 'succeeded',
      evidence: 'exact',
    });
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    expect((await before(change.key)).runs).toEqual([]);
  });

  it('is remembered of two issues that end together', async () => {
    const content = aChange();
    const twice = [
      await approved(site, { ...content, connection: 'shop-dev' }),
      await approved(site, { ...content, connection: 'shop-dev' }),
    ];
    await Promise.all(twice.map(async (one) => ran(site, one)));
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    const keys = (await before(change.key)).runs.map(({ issueKey }) => issueKey);
    expect(keys.toSorted()).toEqual(twice.map(({ key }) => key).toSorted());
  });
});

describe('where the policy asks for it', () => {
  beforeAll(async () => ask('shop-qa', demanded));
  afterAll(async () => ask('shop-qa', undefined));

  it('Run is held back with the reason, by every route, and nothing reaches the executor', async () => {
    const change = await approved(site, { ...aChange(), connection: 'shop-qa' });
    const words = 'This change must have succeeded in dev first, within 7 days.';
    const view = await viewOf(site, change.key);
    expect(view.primary).toMatchObject({ name: 'run', enabled: false, why: words });
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
      error: { code: 'illegal', message: words },
    });
    expect((await site.transition('developer', change.key, 'run')).status).toBe(204);
    await site.by.untilStatus(change.key, ['Approved']);
    await site.host.idle();
    expect(await site.by.status(change.key)).toBe('Approved');
    expect(await site.applied('qa', change.mark, change.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
    expect((await commentsOf(site, change.key)).at(-1)?.text).toContain('must have succeeded in dev first');
  });

  it('approvers see what is missing, and a run below opens it', async () => {
    const content = aChange();
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    const waiting = await viewOf(site, change.key, 'firstApprover');
    expect(waiting.blockers.map(({ message }) => message)).toContain(
      'This change must have succeeded in dev first, within 7 days.',
    );
    await ranInDev(content);
    await site.by.must('firstApprover', change.key, 'approve', { digest: change.digest, comment: '' });
    await site.by.untilStatus(change.key, ['Approved']);
    await ran(site, change);
    expect(await site.by.property(change.key, 'query-change')).toMatchObject({ evidence: 'exact' });
  });

  it('what is older than the limit does not count', async () => {
    const content = aChange();
    await ranInDev(content);
    const change = await submitted(site, { ...content, connection: 'shop-qa' });
    site.clock.advance(9 * 24 * 3_600_000);
    expect((await before(change.key)).missing).toMatch(
      / does not count: it is 9 days old; the limit is 7\.$/,
    );
  });
});

it('a policy cannot ask where there is nothing below', async () => {
  await expect(ask('shop-dev', demanded)).rejects.toThrow(/No environment below dev counts/);
});

describe('the same change in another environment', () => {
  const issueOf = (key: string) =>
    site.by.rest(
      'developer',
      'GET',
      `/rest/api/3/issue/${key}?fields=summary,creator,issuelinks`,
      v.object({
        fields: v.object({
          summary: v.string(),
          creator: v.object({ accountId: v.string() }),
          issuelinks: v.array(v.object({ type: v.object({ name: v.string() }) })),
        }),
      }),
    );

  it('is one click: an issue of the viewer with the same draft, linked, and once however often it is pressed', async () => {
    const content = { ...aChange(), rowBudget: '5', verification: 'select true', connection: 'shop-qa' };
    const change = await submitted(site, content);
    expect((await before(change.key)).below).toEqual([
      { connection: 'shop-dev', name: 'Shop (dev)', environment: 'dev' },
    ]);
    const press = () =>
      site.by.must('secondDeveloper', change.key, 'make-sibling', { connection: 'shop-dev' });
    const replies = await Promise.allSettled([press(), press(), press()]);
    const { issueKey } = await press();
    const keys = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value.issueKey] : []));
    expect(new Set([...keys, issueKey]).size).toBe(1);
    const { fields } = await issueOf(issueKey);
    expect(fields).toMatchObject({
      summary: expect.stringMatching(/ \(dev\)$/),
      creator: { accountId: people.secondDeveloper.accountId },
      issuelinks: [{ type: { name: 'Relates' } }],
    });
    const { draft } = await viewOf(site, issueKey, 'secondDeveloper');
    expect(draft?.content).toMatchObject({ ...content, connection: 'shop-dev', reason: 'A test needs it.' });
  });

  it('goes up only when it has succeeded, and then counts there', async () => {
    const change = await approved(site, { ...aChange(), connection: 'shop-dev' });
    const up = { connection: 'shop-qa' };
    expect(await site.by.call('developer', change.key, 'make-sibling', up)).toMatchObject({
      ok: false,
      error: { code: 'illegal', message: 'Only a change that succeeded can be promoted to qa.' },
    });
    await ran(site, change);
    expect((await before(change.key)).above.map(({ connection }) => connection)).toContain('shop-qa');
    const { issueKey } = await site.by.must('developer', change.key, 'make-sibling', up);
    await site.by.must('developer', issueKey, 'submit', { version: 1 });
    expect((await before(issueKey)).runs).toMatchObject([{ issueKey: change.key, match: 'exact' }]);
  });
});
