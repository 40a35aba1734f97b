import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { approveAll, digestOf, drafted, ran, submitted, viewOf } from '../../support/change';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite({ bot: false });
  proxy = await startExecutorProxy(() => site.executor().url);
  site.host.setRemote('executor', proxy.url);
});
beforeEach(() => {
  proxy.judge = () => 'pass';
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const submit = (draft: { key: string; version: number }) =>
  site.by.call('developer', draft.key, 'submit', { version: draft.version });

describe('a submission', () => {
  it('records the structure, shows it to approvers, and stops the run when it is another', async () => {
    const change = await submitted(site);
    expect((await viewOf(site, change.key)).revision).toMatchObject({
      schemaDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      rollbackPlan: null,
      export: null,
    });
    await approveAll(site, change);
    await site.shop('dev', 'alter table shop.marks add column who text');
    await ran(site, change, ['Approved']);
    const view = await viewOf(site, change.key);
    expect(view.status).toBe('approved');
    expect(view.outcomes[0]).toMatchObject({ status: 'refused', code: 'schema-changed' });
    expect(await site.applied('dev', change.mark, change.id)).toEqual({ marks: 0, applies: 0, rollbacks: 0 });
    await site.shop('dev', 'alter table shop.marks drop column who');
  });

  it('is refused in the words of the executor when no order may hold its text', async () => {
    const draft = await drafted(site, { sql: 'select 1; commit' });
    expect(await submit(draft)).toMatchObject({
      ok: false,
      error: { code: 'incomplete', message: expect.stringContaining('transaction control') },
    });
    expect((await viewOf(site, draft.key)).status).toBe('draft');
  });

  it('goes on without an executor where nothing depends on it, and says that nothing was recorded', async () => {
    proxy.judge = () => 'cut';
    const change = await submitted(site);
    expect((await viewOf(site, change.key)).revision?.schemaDigest).toBeNull();
  });

  it.each([
    ['a protected connection', { connection: 'shop-prod' }, /needs the executor to record the structure/],
    ['a plan to undo it', { automaticRollback: true, rollback: null }, /plan how to undo/],
    ['an export', { exportFormat: 'csv' as const }, /whether it can export/],
  ])('waits for the executor with %s', async (_what, wish, words) => {
    proxy.judge = () => 'cut';
    const draft = await drafted(site, wish);
    const reply = await submit(draft);
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'busy', message: expect.stringMatching(words) },
    });
    expect(JSON.stringify(reply)).toContain('does not answer');
    expect((await viewOf(site, draft.key)).status).toBe('draft');
  });

  it('of opaque code is refused on a protected connection, with the reason', async () => {
    const draft = await drafted(site, { connection: 'shop-prod', sql: 'do $$ begin null; end $$' });
    expect(await submit(draft)).toMatchObject({
      ok: false,
      error: { code: 'incomplete', message: expect.stringContaining('cannot be told: DO') },
    });
  });

  it('by a bare transition has no executor to ask: only where nothing depends on it', async () => {
    const guarded = await drafted(site, { connection: 'shop-prod' });
    const reply = await site.transition('developer', guarded.key, 'submit');
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply)).toMatch(/Open the panel and press Submit for review/);
    expect(await site.by.status(guarded.key)).toBe('Draft');
    const plain = await drafted(site);
    const done = await site.transition('developer', plain.key, 'submit');
    expect(done).toMatchObject({ status: 204 });
    // Jira shows the status before its post-function has begun.
    for (const since = Date.now(); Date.now() - since < 20_000;) {
      await site.host.idle();
      if ((await viewOf(site, plain.key)).revision) break;
    }
    expect(await site.by.status(plain.key)).toBe('In review');
    expect(await digestOf(site, plain.key)).toMatch(/^[0-9a-f]{64}$/);
    expect((await viewOf(site, plain.key)).revision?.schemaDigest).toBeNull();
  });
});

describe('the look of an author', () => {
  it('tells what the executor would say of the saved draft', async () => {
    const draft = await drafted(site);
    expect(await site.by.must('developer', draft.key, 'preflight', { version: draft.version })).toMatchObject(
      {
        schemaDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
        refusal: null,
      },
    );
    const stale = await site.by.call('developer', draft.key, 'preflight', { version: draft.version + 1 });
    expect(stale).toMatchObject({ ok: false, error: { code: 'conflict' } });
    proxy.judge = () => 'cut';
    const silent = await site.by.call('developer', draft.key, 'preflight', { version: draft.version });
    expect(silent).toMatchObject({
      ok: false,
      error: { code: 'busy', message: 'This cannot be told now: the executor does not answer.' },
    });
  });
});
