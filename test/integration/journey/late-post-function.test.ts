import { people } from '../../../scripts/local/seed';
import { drafted, viewOf } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';
import { postFunctionEvent, removeRules } from '../../support/workflow';

/** Jira delivers a move twice, as an event and to its post-function, in any order. Here the event is always first. */
let site: TestSite;
let event: object;
let restore: () => Promise<void>;
beforeAll(async () => {
  site = await startTestSite();
  event = await postFunctionEvent(site, 'submit', { id: '', key: '' }, people.developer.accountId);
  restore = await removeRules(site, 'submit');
});
afterAll(async () => {
  await restore();
  await site.close();
});

/** A draft that was submitted from the board; its post-function has not come, its event has. */
async function moved() {
  const draft = await drafted(site);
  expect(await site.transition('developer', draft.key, 'submit')).toMatchObject({ status: 204 });
  await site.host.idle();
  expect(await site.by.status(draft.key)).toBe('In review');
  expect(await viewOf(site, draft.key)).toMatchObject({ status: 'draft', attempts: 0 });
  return draft;
}

test('the post-function that comes after the event still submits', async () => {
  const draft = await moved();
  await site.host.invoke('follow-transition', { ...event, issue: { id: draft.id, key: draft.key } });
  await site.host.idle();
  expect(await viewOf(site, draft.key)).toMatchObject({ status: 'in-review', attempts: 0 });
  expect(await site.by.status(draft.key)).toBe('In review');
});

test('when it never comes, the sweep shows what the ledger says, and the draft can be submitted again', async () => {
  const draft = await moved();
  site.clock.advance(61_000);
  await site.host.runSchedule('sweep');
  await site.host.idle();
  expect(await site.by.status(draft.key)).toBe('Draft');
  const view = await site.by.must('developer', draft.key, 'submit', { version: draft.version });
  expect(view.status).toBe('in-review');
  expect(await site.by.status(draft.key)).toBe('In review');
});
