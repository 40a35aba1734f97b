import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { people } from '../../../scripts/local/seed';
import {
  approveAll,
  approved,
  commentsOf,
  digestOf,
  drafted,
  ran,
  statusesOf,
  succeeded,
  viewOf,
} from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const nothing = { marks: 0, applies: 0, rollbacks: 0 };

const resolutionOf = async (key: string): Promise<string | null> => {
  const Issue = v.object({
    fields: v.object({ resolution: v.nullable(v.object({ name: v.string() })) }),
  });
  const issue = await site.by.rest('auditor', 'GET', `/rest/api/3/issue/${key}?fields=resolution`, Issue);
  return issue.fields.resolution?.name ?? null;
};

describe('a failing statement', () => {
  const broken = "INSERT INTO marks (mark) VALUES ('before');\nINSERT INTO no_such_table VALUES (1);";

  it('P5: failed is not done: SQLSTATE, position and message, and nothing applied', async () => {
    const change = await approved(site, { sql: broken });
    await ran(site, change, ['Failed']);
    const view = await viewOf(site, change.key);
    expect(view.outcomes).toMatchObject([{ status: 'failed', code: '42P01', hasResult: true }]);
    const error = view.outcomes[0]?.statements.find((statement) => statement.error !== null)?.error;
    expect(error).toMatchObject({
      sqlstate: '42P01',
      condition: 'undefined_table',
      position: broken.indexOf('no_such_table') + 1,
    });
    const result = await site.by.must('developer', change.key, 'result', { kind: 'apply' });
    expect(JSON.stringify(result)).toContain('no_such_table');
    expect(await site.applied('dev', 'before', change.id)).toEqual(nothing);
    expect(await resolutionOf(change.key)).toBeNull();
    expect((await commentsOf(site, change.key)).at(-1)).toMatchObject({
      text: expect.stringMatching(/42P01 undefined_table.*Nothing was applied/),
      mentions: [people.developer.accountId],
    });
    expect(await site.by.search('auditor', 'queryChangeErrorCode = "42P01"')).toContain(change.key);
  });

  it('is mended in a new revision', async () => {
    const change = await approved(site, { sql: broken });
    await ran(site, change, ['Failed']);
    expect(await site.by.call('developer', change.key, 'run', { digest: change.digest })).toMatchObject({
      ok: false,
    });
    await site.by.must('developer', change.key, 'rework', {});
    const { draft } = await viewOf(site, change.key);
    const content = { ...change.content, sql: `INSERT INTO marks (mark) VALUES ('${change.mark}');` };
    const saved = await site.by.must('developer', change.key, 'save-draft', {
      baseVersion: draft?.version ?? 0,
      content,
    });
    await site.by.must('developer', change.key, 'submit', { version: saved.version });
    const second = { ...change, digest: await digestOf(site, change.key) };
    await approveAll(site, second);
    await ran(site, second);
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 1, applies: 1, rollbacks: 0 });
    expect((await viewOf(site, change.key)).revision?.number).toBe(2);
  });
});

describe('a row budget', () => {
  const two = (mark: string): string => `INSERT INTO marks (mark) VALUES ('${mark}'), ('${mark}');`;

  it('is submitted as typed, shown to approvers, and keeps a change that affects more from being applied', async () => {
    const change = await approved(site, { sql: two('over'), rowBudget: ' 1 ' });
    expect((await viewOf(site, change.key)).revision).toMatchObject({ rowBudget: 1 });
    await ran(site, change, ['Failed']);
    const view = await viewOf(site, change.key);
    const message = 'With statement 1 the change affects 2 rows; at most 1 row was approved.';
    expect(view.outcomes).toMatchObject([{ status: 'failed', code: 'row-budget-exceeded', message }]);
    expect(await site.applied('dev', 'over', change.id)).toEqual(nothing);
    expect((await commentsOf(site, change.key)).at(-1)?.text).toContain(`${message} Nothing was applied.`);
    expect(await site.by.search('auditor', 'queryChangeErrorCode = "row-budget-exceeded"')).toContain(
      change.key,
    );
  });

  it('lets a change through that keeps to it, and is part of what the digest covers', async () => {
    const change = await succeeded(site, { rowBudget: '1' });
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 1, applies: 1, rollbacks: 0 });
  });

  it('that is no number is not submitted', async () => {
    const draft = await drafted(site, { rowBudget: 'a few' });
    expect(await site.by.call('developer', draft.key, 'submit', { version: draft.version })).toMatchObject({
      ok: false,
      error: { code: 'incomplete', message: expect.stringContaining('whole number') },
    });
  });
});

describe('a verification', () => {
  it('that does not hold keeps the change from being applied', async () => {
    const change = await approved(site, { verification: 'SELECT true; SELECT count(*) = 99 FROM marks;' });
    await ran(site, change, ['Failed']);
    const view = await viewOf(site, change.key);
    expect(view.revision?.verification).toBe(change.content.verification);
    const message = 'Verification 2 returned false.';
    const verification = { checked: 1, afterCommit: null };
    expect(view.outcomes).toMatchObject([{ code: 'verification-failed', message, verification }]);
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });

  it('that holds is told with the outcome', async () => {
    const change = await succeeded(site, { verification: 'SELECT count(*) > 0 FROM marks;' });
    expect((await viewOf(site, change.key)).outcomes).toMatchObject([
      { status: 'succeeded', code: null, verification: { checked: 1, afterCommit: 'held' } },
    ]);
  });

  // Only the transaction that made the change holds its locks.
  const onlyInside =
    "SELECT count(*) > 0 FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowExclusiveLock';";

  it('P5: that fails after COMMIT needs attention, says that the change is applied, and offers the rollback', async () => {
    const change = await approved(site, { verification: onlyInside });
    await ran(site, change, ['Needs attention']);
    const message = 'Applied, but after COMMIT verification 1 returned false.';
    const view = await viewOf(site, change.key);
    expect(view).toMatchObject({
      status: 'needs-attention',
      headline: message,
      attention: { code: 'verification-failed', message },
      outcomes: [{ status: 'succeeded', verification: { checked: 1, afterCommit: 'failed' } }],
      secondary: [{ name: 'roll-back', enabled: true }],
    });
    expect(await resolutionOf(change.key)).toBeNull();
    expect((await commentsOf(site, change.key)).at(-1)?.text).toContain(message);
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 1, applies: 1, rollbacks: 0 });
    await site.by.must('developer', change.key, 'roll-back', { digest: change.digest });
    await site.by.untilStatus(change.key, ['Rolled back']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 1, rollbacks: 1 });
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'rolled-back',
      attention: null,
      attempts: 0,
    });
  });

  it('that may change something is refused by the executor', async () => {
    const change = await approved(site, { verification: 'DELETE FROM marks RETURNING true;' });
    await ran(site, change, ['Approved']);
    expect((await viewOf(site, change.key)).headline).toContain('only a SELECT');
    expect(await site.applied('dev', change.mark, change.id)).toEqual(nothing);
  });
});

describe('rolling back', () => {
  const press = async (role: 'developer' | 'operator', change: { key: string; digest: string }) =>
    site.by.call(role, change.key, 'roll-back', { digest: change.digest });

  it('runs the approved rollback and ends in Rolled back, once', async () => {
    const change = await succeeded(site);
    expect(await resolutionOf(change.key)).toBe('Done');
    const replies = await Promise.all([press('developer', change), press('operator', change)]);
    expect(replies.some(({ ok }) => ok)).toBe(true);
    await site.by.untilStatus(change.key, ['Rolled back']);
    await site.host.idle();
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 1, rollbacks: 1 });
    expect(await resolutionOf(change.key)).toBe('Rolled back');
    expect(await press('developer', change)).toMatchObject({ ok: false, error: { code: 'illegal' } });
    expect(await site.transition('developer', change.key, 'roll-back')).toMatchObject({ status: 400 });
    expect((await statusesOf(site, change.key)).filter((name) => name === 'Rolled back')).toHaveLength(1);
    expect((await viewOf(site, change.key)).attempts).toBe(0);
    expect(await site.by.search('auditor', 'queryChangeRolledBack = yes')).toContain(change.key);
  });

  it('needs attention when it fails, and the change is still applied', async () => {
    const change = await succeeded(site, { rollback: 'DELETE FROM no_such_table WHERE id = 1;' });
    expect(await press('developer', change)).toMatchObject({ ok: true });
    await site.by.untilStatus(change.key, ['Needs attention']);
    await site.host.idle();
    expect(await viewOf(site, change.key)).toMatchObject({
      status: 'needs-attention',
      attention: { code: '42P01' },
    });
    expect(await resolutionOf(change.key)).toBeNull();
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 1, applies: 1, rollbacks: 0 });
  });

  it('is not for outsiders, nor for a change without one', async () => {
    const change = await succeeded(site);
    for (const role of ['secondDeveloper', 'firstApprover'] as const) {
      expect(await site.by.call(role, change.key, 'roll-back', { digest: change.digest })).toMatchObject({
        ok: false,
        error: { code: 'not-allowed' },
      });
      expect(await site.transition(role, change.key, 'roll-back')).toMatchObject({ status: 400 });
    }
    const without = await succeeded(site, { rollback: null });
    expect(await press('developer', without)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('without a rollback') },
    });
    expect(await site.transition('developer', without.key, 'roll-back')).toMatchObject({
      status: 400,
      words: expect.stringContaining('without a rollback'),
    });
    await site.host.idle();
    expect((await viewOf(site, change.key)).status).toBe('succeeded');
  });

  it('expires', async () => {
    const change = await succeeded(site);
    site.clock.advance(25 * 60 * 60_000);
    expect(await press('developer', change)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('expired') },
    });
    expect((await viewOf(site, change.key)).secondary).toMatchObject([{ name: 'roll-back', enabled: false }]);
  });
});

describe('other ends', () => {
  it('Rejected and Cancelled set their resolution, and leaving clears it', async () => {
    const change = await approved(site);
    await site.by.must('developer', change.key, 'rework', {});
    const { draft } = await viewOf(site, change.key);
    await site.by.must('developer', change.key, 'submit', { version: draft?.version ?? 0 });
    const digest = await digestOf(site, change.key);
    await site.by.must('firstApprover', change.key, 'reject', { digest, reason: 'Not this way.' });
    await site.by.untilStatus(change.key, ['Rejected']);
    expect(await resolutionOf(change.key)).toBe('Rejected');
    await site.by.must('developer', change.key, 'rework', {});
    await site.by.untilStatus(change.key, ['Draft']);
    expect(await resolutionOf(change.key)).toBeNull();
    await site.by.must('developer', change.key, 'cancel', {});
    await site.by.untilStatus(change.key, ['Cancelled']);
    expect(await resolutionOf(change.key)).toBe('Cancelled');
  });
});
