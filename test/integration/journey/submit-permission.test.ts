import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { drafted } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const Id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);
const Scheme = v.object({ id: Id });
const Grants = v.object({ permissions: v.array(v.object({ id: Id, permission: v.string() })) });

/** Takes Edit Issues from everybody in the project, as an administrator of Jira may. */
async function nobodyEdits(): Promise<void> {
  const { id } = await site.by.rest('admin', 'GET', '/rest/api/3/project/DB/permissionscheme', Scheme);
  const path = `/rest/api/3/permissionscheme/${id}/permission`;
  const { permissions } = await site.by.rest(
    'admin',
    'GET',
    `/rest/api/3/permissionscheme/${id}?expand=permissions`,
    Grants,
  );
  for (const grant of permissions.filter(({ permission }) => permission === 'EDIT_ISSUES')) {
    expect((await site.rest('admin', 'DELETE', `${path}/${grant.id}`)).status).toBe(204);
  }
}

it('a draft is not sent to review from the panel by somebody who may not edit the issue', async () => {
  const draft = await drafted(site);
  await nobodyEdits();
  const reply = await site.by.call('auditor', draft.key, 'submit', { version: draft.version });
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'not-allowed', message: 'You may not edit this issue.' },
  });
  await site.host.idle();
  expect(await site.by.status(draft.key)).toBe('Draft');
  expect((await site.by.must('developer', draft.key, 'view', {})).revision).toBeNull();
});
