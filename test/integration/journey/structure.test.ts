import * as v from 'valibot';
import type { StructureView } from '#core/panel/structure';
import { drafted, submitted } from '../../support/change';
import { startTestSite, type TestSite } from '../../support/local-site';
import { asAdmin } from '../admin/support';
import { enrolApp } from '../../../executor/commands/enrol';

/** What the executor says of a database reaches the review, the author and the approver; KVS keeps it in between. */
let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(() => site.close());

const structure = async (
  key: string,
  role: 'developer' | 'firstApprover' | 'auditor' = 'developer',
  known: string | null = null,
): Promise<StructureView> => site.by.must(role, key, 'structure', { connection: 'shop-dev', known });
const review = async (
  key: string,
  sql: string,
  role: 'developer' | 'firstApprover' | 'auditor' = 'developer',
  digest: string | null = null,
) => site.by.must(role, key, 'review', { sql, connection: 'shop-dev', rowBudget: null, digest });
const codes = ({ risk }: Awaited<ReturnType<typeof review>>): string[] =>
  risk.reasons.map(({ code }) => code);

/** Bytes that the panel's function has written since the meter was cleared; a sweep that falls due is not its. */
function writtenByPanel(): number {
  const entries = site.host.meter.entries();
  const panel = new Set(
    entries
      .filter(({ kind, text }) => kind === 'invocation' && text.includes(' panel-resolver:'))
      .map(({ invocationId }) => invocationId),
  );
  return entries
    .filter(({ kind, invocationId }) => kind === 'kvs' && panel.has(invocationId))
    .reduce((sum, { text }) => sum + Number(/(\d+) B written/.exec(text)?.[1] ?? 0), 0);
}

const update = `UPDATE customers SET tier = 'gold' WHERE tier = 'none';`;

test('without it the review says so; once looked at, sizes, dependants and labels are told', async () => {
  const { key } = await drafted(site, { sql: update });
  const before = await review(key, update);
  expect(before.structure).toBeNull();
  expect(codes(before)).toContain('no-schema');

  const told = await structure(key);
  expect(told).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), problem: null });
  expect(told.names?.tables.find(({ name }) => name === 'customers')?.columns).toContainEqual({
    name: 'email',
    type: 'text',
    label: null,
  });
  const after = await review(key, update);
  expect(after.structure).toEqual({ digest: told.digest, takenAt: told.takenAt });
  expect(codes(after)).not.toContain('no-schema');
  expect(after.statements[0]?.summary).toMatch(/about \d+ rows/);
  const { statements } = await review(key, 'DROP TABLE customers CASCADE;');
  expect(statements[0]?.effects.join(' ')).toMatch(/orders/);
});

test('the approver of the revision reads the very same', async () => {
  const { key, digest } = await submitted(site, { sql: update });
  await structure(key);
  const mine = await review(key, update, 'developer', digest);
  expect(mine.structure).not.toBeNull();
  expect(await review(key, update, 'firstApprover', digest)).toEqual(mine);
  expect(await review(key, update, 'auditor', digest)).toEqual(mine);
});

test('nobody asks a database by a text that is not on the screen', async () => {
  const { key, digest } = await submitted(site, { sql: update });
  await structure(key);
  for (const named of [digest, '0'.repeat(64), null]) {
    const asked = await review(key, 'DROP TABLE customers CASCADE;', 'developer', named);
    expect(asked.structure).toBeNull();
    expect(codes(asked)).toContain('no-schema');
  }
  // Names are for people who write: nobody writes a revision.
  expect((await structure(key)).names).toBeNull();
});

test('it is asked for again after some minutes, and costs no body while nothing changed', async () => {
  const { key } = await drafted(site);
  const first = await structure(key);
  site.clock.advance(60_000);
  expect((await structure(key)).takenAt).toBe(first.takenAt);
  site.clock.advance(5 * 60_000);
  site.host.meter.clear();
  const again = await structure(key, 'developer', first.digest);
  expect(again).toMatchObject({ digest: first.digest, problem: null, names: null });
  expect(Date.parse(again.takenAt ?? '')).toBeGreaterThan(Date.parse(first.takenAt ?? ''));
  expect(writtenByPanel()).toBeGreaterThan(0);
  expect(writtenByPanel()).toBeLessThan(400);

  await site.shop('dev', 'create table shop.just_made (id int); analyze shop.just_made');
  try {
    site.clock.advance(6 * 60_000);
    const other = await structure(key, 'developer', first.digest);
    expect(other.digest).not.toBe(first.digest);
    expect(other.names?.tables.map(({ name }) => name)).toContain('just_made');
  } finally {
    await site.shop('dev', 'drop table shop.just_made');
  }
});

test('an executor that is away leaves what is known, and says so; one of no such connection too', async () => {
  const { key } = await drafted(site, { sql: update });
  const first = await structure(key);
  await site.stopExecutor();
  try {
    site.clock.advance(6 * 60_000);
    expect(await structure(key)).toMatchObject({
      digest: first.digest,
      takenAt: first.takenAt,
      problem: 'the executor does not answer',
    });
    expect((await review(key, update)).structure?.digest).toBe(first.digest);
    const elsewhere = await site.by.must('developer', key, 'structure', {
      connection: 'nowhere',
      known: null,
    });
    expect(elsewhere).toEqual({
      digest: null,
      takenAt: null,
      problem: 'the executor does not know this connection',
      names: null,
    });
  } finally {
    await site.startExecutor();
  }
});

test('an enrolment forgets what was told before it', async () => {
  const { key } = await drafted(site, { sql: update });
  expect((await structure(key)).digest).not.toBeNull();
  expect((await review(key, update)).structure).not.toBeNull();
  const facts = await asAdmin(site, 'enrolment-facts', {});
  const { token, sha256 } = await asAdmin(site, 'enrolment-token', {});
  const block = JSON.stringify({ ...facts, enrolmentTokenSha256: sha256 });
  const taken = await enrolApp(site.databases.configFile, block, process.env);
  if (!taken.ok) throw new Error(taken.error.join('\n'));
  await site.stopExecutor();
  await site.startExecutor();
  const { executorId, publicJwk } = site.executor();
  await asAdmin(site, 'enrol-executor', { executorId, executorKey: publicJwk, token });
  expect((await review(key, update)).structure).toBeNull();
  expect((await structure(key)).digest).not.toBeNull();
});

const Id = v.union([v.string(), v.pipe(v.number(), v.transform(String))]);
const Grants = v.object({ permissions: v.array(v.object({ id: Id, permission: v.string() })) });

test('who may not edit the draft reads its review, and gets neither names nor answers about other texts', async () => {
  const { key } = await drafted(site, { sql: update });
  await structure(key);
  const Scheme = v.object({ id: Id });
  const { id } = await site.by.rest('admin', 'GET', '/rest/api/3/project/DB/permissionscheme', Scheme);
  const path = `/rest/api/3/permissionscheme/${id}`;
  const { permissions } = await site.by.rest('admin', 'GET', `${path}?expand=permissions`, Grants);
  for (const grant of permissions.filter(({ permission }) => permission === 'EDIT_ISSUES')) {
    await site.rest('admin', 'DELETE', `${path}/permission/${grant.id}`);
  }
  expect(await structure(key, 'auditor')).toMatchObject({ digest: expect.any(String), names: null });
  expect((await review(key, update, 'auditor')).structure).not.toBeNull();
  expect((await review(key, 'DROP TABLE customers CASCADE;', 'auditor')).structure).toBeNull();
});
