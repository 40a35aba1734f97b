import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminCalls, type AdminCallName, type AdminPayload } from '#core/panel/admin-contract';
import { approverGroup, operatorGroup, people, projectKey } from '../../../scripts/local/seed';
import { drafted, submitted } from '../../support/change';
import { settingsOf, stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { asAdmin, callAdmin, refusalOf } from './support';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => site.close());

const admin = people.admin.accountId;
const key = { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43), kid: 'k'.repeat(43) } as const;
const group = { id: 'nobody-knows', name: 'nobody-knows' };
const overview = () => asAdmin(site, 'overview', {});
const connection = async (wanted: string) => {
  const found = (await overview()).connections.find((one) => one.key === wanted);
  if (!found?.policy) throw new Error(`${wanted} has no policy`);
  return { ...found, policy: found.policy };
};
const history = (before: number | null = null) => asAdmin(site, 'settings-history', { before });

/** A payload that each call would accept, so that only the person can be what is refused. */
const payloads: { [N in AdminCallName]: AdminPayload<N> } = {
  overview: {},
  'plan-step': { step: 'project', projectKey },
  'setup-step': { step: 'project', projectKey },
  'plan-removal': { step: 'executor' },
  'removal-step': { step: 'executor' },
  'choose-operators': { group },
  'save-policy': { connection: 'shop-prod', policy: null },
  'enrolment-facts': {},
  'enrolment-token': {},
  'enrol-executor': { executorId: 'mine', executorKey: key, token: 't'.repeat(64) },
  'test-executor': {},
  'add-executor-key': { executorKey: key },
  'drop-executor-key': { kid: key.kid },
  'prepare-app-key': {},
  'switch-app-key': {},
  'discard-app-key': {},
  pause: { reason: 'Mine now.' },
  resume: {},
  'settings-history': { before: null },
  'first-change': { connection: 'shop-dev' },
  'review-rules': {},
  'save-review-rules': {
    base: null,
    config: { rules: { 'ban-drop-table': { level: 'off' } } },
    accepted: [],
  },
  'try-rule': {
    rule: { id: 'mine', title: 'Mine', level: 'info', message: 'Mine.', when: { kinds: ['read'] } },
    sql: 'SELECT 1;',
  },
};

describe('who may', () => {
  it.each(Object.keys(adminCalls) as AdminCallName[])(
    '%s is refused to whoever is not a Jira administrator, and changes nothing',
    async (name) => {
      const before = stored(site, 'entity/settings', 'settings');
      for (const role of ['developer', 'firstApprover', 'operator'] as const) {
        expect(await callAdmin(site, role, name, payloads[name])).toEqual({
          ok: false,
          error: { code: 'not-allowed', message: 'Only Jira administrators can set up Query Change.' },
        });
      }
      expect(stored(site, 'entity/settings', 'settings')).toEqual(before);
    },
  );
});

describe('the settings ledger', () => {
  it('tells how the site was set up: who, what, and the difference, with a chain that holds', async () => {
    const { entries, problem } = await history();
    expect(problem).toBeNull();
    const seen = entries.flatMap(({ actor, differences }) =>
      differences.map(({ path, after }) => ({ actor, path, after })),
    );
    expect(seen).toContainEqual({
      actor: admin,
      path: 'policies.shop-prod',
      after: expect.stringContaining('"approvals":2'),
    });
    expect(seen).toContainEqual({
      actor: 'app',
      path: 'connections.shop-dev',
      after: expect.stringContaining('"environment":"dev"'),
    });
    expect(seen).toContainEqual({ actor: admin, path: 'executor', after: expect.any(String) });
    expect(seen).toContainEqual({ actor: admin, path: 'operatorGroup', after: expect.any(String) });
  });

  it('holds no secret', async () => {
    const { d } = stored(site, 'secret', 'signing-key') as { d: string };
    expect(JSON.stringify(await history())).not.toContain(d);
    expect(JSON.stringify(stored(site, 'entity/settings', 'settings'))).not.toContain(d);
  });

  it('keeps a change as path, before and after; the same again is no change', async () => {
    const { policy } = await connection('shop-qa');
    const save = () =>
      asAdmin(site, 'save-policy', { connection: 'shop-qa', policy: { ...policy, approvals: 2 } });
    await save();
    const { entries } = await history();
    expect(entries[0]).toMatchObject({
      actor: admin,
      what: 'Policy of shop-qa',
      differences: [{ path: 'policies.shop-qa.approvals', before: '1', after: '2' }],
    });
    await save();
    expect((await history()).entries[0]?.seq).toBe(entries[0]?.seq);
  });

  it('does not grow by what the executor merely reports', async () => {
    const { seq } = (await history()).entries[0] ?? {};
    const seen = (await overview()).executor?.lastSeen;
    site.clock.advance(1_000);
    const { overview: after } = await asAdmin(site, 'test-executor', {});
    expect(after.executor?.lastSeen).not.toBe(seen);
    expect((await history()).entries[0]?.seq).toBe(seq);
  });

  it('loses nothing when many admins save at once', async () => {
    const from = (await history()).entries[0]?.seq ?? 0;
    const [dev, qa] = [await connection('shop-dev'), await connection('shop-qa')];
    const replies = await Promise.all([
      asAdmin(site, 'save-policy', { connection: 'shop-dev', policy: { ...dev.policy, approvals: 3 } }),
      asAdmin(site, 'save-policy', { connection: 'shop-qa', policy: { ...qa.policy, approvals: 4 } }),
      asAdmin(site, 'pause', { reason: 'at once' }),
      asAdmin(site, 'test-executor', {}),
    ]);
    expect(replies).toHaveLength(4);
    expect(settingsOf(site)).toMatchObject({
      pause: { reason: 'at once' },
      policies: { 'shop-dev': { approvals: 3 }, 'shop-qa': { approvals: 4 } },
    });
    const { entries, problem } = await history();
    expect(problem).toBeNull();
    const added = entries.filter(({ seq }) => seq > from);
    expect(added.map(({ seq }) => seq)).toEqual([from + 3, from + 2, from + 1]);
    expect(new Set(added.map(({ what }) => what))).toEqual(
      new Set(['Policy of shop-dev', 'Policy of shop-qa', 'Dispatch paused']),
    );
    await asAdmin(site, 'resume', {});
    await asAdmin(site, 'save-policy', { connection: 'shop-dev', policy: { ...dev.policy, approvals: 1 } });
    await asAdmin(site, 'save-policy', { connection: 'shop-qa', policy: { ...qa.policy, approvals: 1 } });
  });

  it('is shown by pages, and an altered entry is named', async () => {
    const { policy } = await connection('shop-qa');
    for (let approvals = 2; approvals < 22; approvals += 1) {
      await asAdmin(site, 'save-policy', { connection: 'shop-qa', policy: { ...policy, approvals } });
    }
    await asAdmin(site, 'save-policy', { connection: 'shop-qa', policy });
    const first = await history();
    expect(first).toMatchObject({ more: true, problem: null });
    expect(first.entries).toHaveLength(25);
    const second = await history(first.entries.at(-1)?.seq ?? null);
    expect(second).toMatchObject({ more: false, problem: null });
    expect(second.entries.at(-1)?.seq).toBe(1);
    expect(second.entries[0]?.seq).toBe((first.entries.at(-1)?.seq ?? 0) - 1);

    const { kvs } = site.host.platform;
    const at = 'settings-event:3';
    const genuine = kvs.get('kv', at)?.value ?? '';
    kvs.put('kv', at, genuine.replace(/"actor":"[^"]*"/, '"actor":"somebody-else"'), undefined);
    expect((await history(4)).problem).toBe('Entry 3 was altered.');
    kvs.put('kv', at, genuine, undefined);
    expect((await history(4)).problem).toBeNull();
  });
});

describe('groups and policies', () => {
  it('the overview counts the people of each group', async () => {
    const { operators, jiraReady, project, connections } = await overview();
    expect(operators).toMatchObject({ group: { name: operatorGroup }, members: 1, problem: null });
    expect({ jiraReady, project: project?.key }).toEqual({ jiraReady: true, project: projectKey });
    expect(connections.map((one) => [one.key, one.minimumApprovals, one.protected])).toEqual([
      ['shop-dev', 1, false],
      ['shop-qa', 1, false],
      ['shop-prod', 2, true],
    ]);
    expect(connections[0]?.approvers).toMatchObject({ group: { name: approverGroup }, members: 2 });
  });

  it("a policy below the executor's own floor is refused in words", async () => {
    const { policy } = await connection('shop-prod');
    expect(
      await refusalOf(site, 'save-policy', { connection: 'shop-prod', policy: { ...policy, approvals: 1 } }),
    ).toBe('The executor itself asks for 2 approvals on shop-prod; 1 would be too few.');
    expect((await connection('shop-prod')).policy.approvals).toBe(2);
  });

  it('a connection and a group that nobody knows are refused', async () => {
    const { policy } = await connection('shop-dev');
    expect(await refusalOf(site, 'save-policy', { connection: 'shop-moon', policy })).toMatch(
      /no connection/,
    );
    expect(
      await refusalOf(site, 'save-policy', {
        connection: 'shop-dev',
        policy: { approvals: 1, approverGroup: group },
      }),
    ).toBe('Jira does not know the group nobody-knows.');
    expect(await refusalOf(site, 'choose-operators', { group })).toMatch(/does not know/);
  });

  it('a group with fewer people than approvals is a problem; null takes the connection out of use', async () => {
    const { policy } = await connection('shop-dev');
    const { connections } = await asAdmin(site, 'save-policy', {
      connection: 'shop-dev',
      policy: { ...policy, approvals: 5 },
    });
    expect(connections[0]?.approvers?.problem).toBe(`5 people are needed, and ${approverGroup} has 2.`);
    const out = await asAdmin(site, 'save-policy', { connection: 'shop-dev', policy: null });
    expect(out.connections[0]).toMatchObject({ policy: null, approvers: null });
    const draft = await drafted(site);
    expect(await site.by.call('developer', draft.key, 'submit', { version: draft.version })).toMatchObject({
      ok: false,
      error: { message: 'No approver group is configured for this connection.' },
    });
    await asAdmin(site, 'save-policy', { connection: 'shop-dev', policy });
    await submitted(site);
  });
});

describe('the first change', () => {
  it('is a draft of the admin that is answered again while it is open, and done when it succeeded', async () => {
    expect((await overview()).firstChange).toBeNull();
    const { issueKey } = await asAdmin(site, 'first-change', { connection: 'shop-dev' });
    expect(await asAdmin(site, 'first-change', { connection: 'shop-qa' })).toEqual({ issueKey });
    expect((await overview()).firstChange).toEqual({ issueKey, status: 'Draft', done: false });
    const { draft } = await site.by.must('admin', issueKey, 'view', {});
    expect(draft).toMatchObject({
      savedBy: admin,
      content: { connection: 'shop-dev', sql: 'SELECT 1;', rollback: null, reason: expect.any(String) },
    });
    await site.by.must('admin', issueKey, 'submit', { version: draft?.version ?? 0 });
    const digest = (await site.by.must('admin', issueKey, 'view', {})).revision?.digest ?? '';
    await site.by.must('firstApprover', issueKey, 'approve', { digest, comment: '' });
    await site.by.must('admin', issueKey, 'run', { digest });
    await site.by.untilStatus(issueKey, ['Succeeded']);
    await site.host.idle();
    expect((await overview()).firstChange).toEqual({ issueKey, status: 'Succeeded', done: true });
  });

  it('is refused on a connection that cannot be used', async () => {
    expect(await refusalOf(site, 'first-change', { connection: 'shop-moon' })).toMatch(/does not know/);
  });
});
