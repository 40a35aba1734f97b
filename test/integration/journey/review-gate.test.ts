import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import type { DraftContent } from '#core/change/content';
import { approved, drafted, ran, viewOf } from '../../support/change';
import { stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';

/** The review as a gate: whatever way an author takes, errors that nobody answers for do not reach approvers. */
let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const careless = "UPDATE customers SET tier = 'gold';";
const waived = `-- qc-waive ban-update-without-where: everybody gets gold this week\n${careless}`;

type Draft = Awaited<ReturnType<typeof drafted>>;
const submit = async ({ key, version }: Draft) => site.by.call('developer', key, 'submit', { version });
const save = async (draft: Draft, wish: Partial<DraftContent>): Promise<Draft> => {
  const content = { ...draft.content, ...wish };
  const saved = { baseVersion: draft.version, content };
  const { version } = await site.by.must('developer', draft.key, 'save-draft', saved);
  return { ...draft, content, version };
};

async function staysDraft({ key }: Draft): Promise<void> {
  await site.host.idle();
  expect(await site.by.status(key)).toBe('Draft');
  expect(await viewOf(site, key)).toMatchObject({ status: 'draft', revision: null, attempts: 0 });
}

/** Refused by the board, in words that match. */
async function boardRefuses(draft: Draft, words: RegExp): Promise<void> {
  expect(await site.transition('developer', draft.key, 'submit')).toMatchObject({
    status: 400,
    words: expect.stringMatching(words),
  });
  await staysDraft(draft);
}

async function panelRefuses(draft: Draft, words: RegExp): Promise<void> {
  const error = { code: 'review-failed', message: expect.stringMatching(words) };
  expect(await submit(draft)).toMatchObject({ ok: false, error });
  await staysDraft(draft);
}

describe('an error that nobody has set aside', () => {
  const words = /^The review found an error in line 1 of the SQL, ban-update-without-where: /;

  it('is refused by the panel, also when the browser is bypassed, and the view says why', async () => {
    const draft = await drafted(site, { sql: careless });
    await panelRefuses(draft, words);
    const { primary } = await viewOf(site, draft.key);
    expect(primary).toMatchObject({ name: 'submit', enabled: false, why: expect.stringMatching(words) });
  });

  it('is refused by the board', async () => boardRefuses(await drafted(site, { sql: careless }), words));

  it('is refused in the rollback', async () => {
    const draft = await drafted(site, { rollback: 'DELETE FROM marks;' });
    await panelRefuses(draft, /in line 1 of the rollback, ban-delete-without-where/);
    await boardRefuses(draft, /in line 1 of the rollback, ban-delete-without-where/);
  });

  it.each([
    ['no reason', careless.replace(/^/, '-- qc-waive ban-update-without-where\n')],
    ['a blank reason', careless.replace(/^/, '-- qc-waive ban-update-without-where:  \n')],
    ['another rule', careless.replace(/^/, '-- qc-waive ban-delete-without-where: meant\n')],
    ['the words in a literal', `SELECT '-- qc-waive ban-update-without-where: meant'; ${careless}`],
  ])('stays one under a waiver with %s', async (_what, sql) => {
    const draft = await drafted(site, { sql });
    await panelRefuses(draft, /ban-update-without-where/);
    await boardRefuses(draft, /ban-update-without-where/);
  });
});

it('a text that cannot be read is refused, and no waiver helps', async () => {
  const draft = await drafted(site, { sql: '-- qc-waive syntax-error: trust me\nSELEC 1;' });
  await boardRefuses(draft, /syntax-error: PostgreSQL would not read this/);
  // The executor cannot read it either, and is asked first.
  expect(await submit(draft)).toMatchObject({ ok: false });
  await staysDraft(draft);
});

it('code whose effect the text does not show needs somebody who answers for it', async () => {
  const block = 'DO $$ BEGIN PERFORM 1; END $$;';
  const draft = await drafted(site, { sql: block });
  await panelRefuses(draft, /opaque-code/);
  const answered = await save(draft, { sql: `-- qc-waive opaque-code: it only warms a cache\n${block}` });
  expect(await submit(answered)).toMatchObject({ ok: true });
});

it('a waiver with a reason goes to review, and is counted in the ledger', async () => {
  const draft = await drafted(site, { sql: waived });
  expect(await submit(draft)).toMatchObject({ ok: true });
  expect(stored(site, 'kv', `event:${draft.id}:1`)).toMatchObject({
    body: { type: 'submitted', analysis: { errors: 0, waived: 1 } },
  });
  await site.host.idle();
  const risky =
    'queryChangeWaived > 0 AND queryChangeRisk in (medium, high, critical) AND queryChangeFindings = 0';
  expect(await site.by.search('auditor', risky)).toContain(draft.key);
  expect(await site.by.search('auditor', 'queryChangeRisk = low AND queryChangeWaived > 0')).not.toContain(
    draft.key,
  );
});

describe('the verdict that a bare transition relies on', () => {
  it('is of the draft as it was saved last, not of one that was clean before', async () => {
    const clean = await drafted(site);
    const dirty = await save(clean, { sql: careless });
    await boardRefuses(dirty, /ban-update-without-where/);
    const again = await save(dirty, { sql: clean.content.sql });
    expect(await site.transition('developer', again.key, 'submit')).toMatchObject({ status: 204 });
  });

  const Stored = v.looseObject({ verdict: v.looseObject({ analysis: v.looseObject({}) }) });
  it.each([
    ['on another connection', { connection: 'shop-qa' }, {}],
    ['when the connection was of another environment', { environment: 'prod' }, {}],
    ['by earlier rules', {}, { analyser: `0/${'0'.repeat(64)}` }],
  ])('holds no more when it was made %s', async (_what, place, analysis) => {
    const draft = await drafted(site);
    const record = v.parse(Stored, stored(site, 'entity/draft', draft.id));
    const verdict = { ...record.verdict, ...place, analysis: { ...record.verdict.analysis, ...analysis } };
    site.host.platform.kvs.put('entity/draft', draft.id, JSON.stringify({ ...record, verdict }), undefined);
    await boardRefuses(draft, /^Open the panel and press Submit for review: this SQL has not been reviewed/);
    // The panel reviews it again.
    expect(await submit(draft)).toMatchObject({ ok: true });
  });

  it('is missing in a draft of an earlier release, which the panel can submit', async () => {
    const draft = await drafted(site);
    const { verdict: _verdict, ...record } = v.parse(Stored, stored(site, 'entity/draft', draft.id));
    site.host.platform.kvs.put('entity/draft', draft.id, JSON.stringify(record), undefined);
    await boardRefuses(draft, /^Open the panel/);
    expect(await submit(draft)).toMatchObject({ ok: true });
  });
});

it('a change without findings goes all the way', async () => {
  const change = await approved(site);
  await ran(site, change);
  expect((await viewOf(site, change.key)).status).toBe('succeeded');
});
