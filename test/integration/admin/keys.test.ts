import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { PublicJwk } from '#core/protocol/jwk';
import { generateSigningKey, publicHalf } from '#core/protocol/jws';
import { enrolApp } from '../../../executor/commands/enrol';
import { goOverToNextKey, rotateKey } from '../../../executor/commands/key';
import { approved, ran, succeeded, viewOf } from '../../support/change';
import { startExecutorProxy, type ExecutorProxy } from '../../support/executor-proxy';
import { appKey, deliver, refuseReceipts, settingsOf, stored } from '../../support/faults';
import { startTestSite, type TestSite } from '../../support/local-site';
import { makeReceipt, payloadOf } from '../../support/receipts';
import { asAdmin, refusalOf } from './support';

let site: TestSite;
let proxy: ExecutorProxy;
beforeAll(async () => {
  site = await startTestSite();
  proxy = await startExecutorProxy(() => site.executor().url);
});
afterEach(() => {
  proxy.judge = () => 'pass';
});
afterAll(async () => {
  await proxy.close();
  await site.close();
});

const overview = () => asAdmin(site, 'overview', {});
const configFile = () => site.databases.configFile;
const kidOf = (token: string | null): unknown =>
  (JSON.parse(Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()) as { kid: unknown }).kid;
const evidence = (issueKey: string) => site.by.must('developer', issueKey, 'evidence', { kind: 'apply' });

/** Takes the admin page's block into the executor's configuration and restarts it, as its administrator does. */
async function takeIn(block: object): Promise<void> {
  const enrolled = await enrolApp(configFile(), JSON.stringify(block), process.env);
  if (!enrolled.ok) throw new Error(enrolled.error.join('\n'));
  await site.stopExecutor();
  await site.startExecutor();
  site.host.setRemote('executor', proxy.url);
}

describe("the app's key", () => {
  it('rotates with overlap: the executor must trust the next key before anything is signed with it', async () => {
    const before = await succeeded(site);
    const [old] = (await asAdmin(site, 'enrolment-facts', {})).keys;
    const facts = await asAdmin(site, 'prepare-app-key', {});
    const next = facts.keys[1];
    expect(facts.keys[0]).toEqual(old);
    expect(await asAdmin(site, 'prepare-app-key', {})).toEqual(facts);
    expect((await overview()).appKey).toEqual({ current: old?.kid, next: next?.kid });

    const refused = await refusalOf(site, 'switch-app-key', {});
    expect(refused).toContain(`does not trust the next key yet. Add the key ${next?.kid} to "keys"`);
    expect((await overview()).appKey).toEqual({ current: old?.kid, next: next?.kid });
    const stillOld = await succeeded(site);
    expect(kidOf((await evidence(stillOld.key)).order)).toBe(old?.kid);

    await takeIn(facts);
    // Cut between the signing and the switch: sent again, it is signed with the new key and is the same order.
    const onItsWay = await approved(site);
    proxy.judge = (_method, at) => (at === '/v1/orders' ? 'drop-answer' : 'pass');
    const restore = refuseReceipts(site);
    await site.by.must('developer', onItsWay.key, 'run', { digest: onItsWay.digest });
    await site.host.idle();
    expect((await viewOf(site, onItsWay.key)).running?.phase).toBe('waiting');
    const switched = await asAdmin(site, 'switch-app-key', {});
    expect(switched.appKey).toEqual({ current: next?.kid, next: null });
    expect(appKey(site).kid).toBe(next?.kid);
    expect(stored(site, 'secret', 'next-signing-key')).toBeUndefined();
    proxy.judge = () => 'pass';
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(onItsWay.key, ['Succeeded']);
    restore();
    expect(await site.applied('dev', onItsWay.mark, onItsWay.id)).toEqual({
      marks: 1,
      applies: 1,
      rollbacks: 0,
    });

    for (const change of [before, onItsWay]) {
      const shown = await evidence(change.key);
      expect(shown.order).toBeNull();
      expect(shown.orderNote).toContain(`signed with the app's key ${old?.kid}, which is retired`);
      expect(shown.receipt).not.toBeNull();
    }
    const after = await succeeded(site);
    expect(kidOf((await evidence(after.key)).order)).toBe(next?.kid);
    const { entries } = await asAdmin(site, 'settings-history', { before: null });
    expect(entries.find(({ what }) => what === 'App key switched')?.differences).toEqual([
      { path: 'appKeys.current', before: JSON.stringify(old?.kid), after: JSON.stringify(next?.kid) },
      { path: 'appKeys.next', before: JSON.stringify(next?.kid), after: null },
    ]);
  });

  it('a next key can be discarded, and cannot be switched to then', async () => {
    const facts = await asAdmin(site, 'prepare-app-key', {});
    expect(facts.keys).toHaveLength(2);
    expect((await asAdmin(site, 'discard-app-key', {})).appKey.next).toBeNull();
    expect((await asAdmin(site, 'enrolment-facts', {})).keys).toHaveLength(1);
    expect(await refusalOf(site, 'switch-app-key', {})).toMatch(/no next key/);
  });

  it('that was switched and not written down, for a crash, is written down by the next try', async () => {
    const facts = await asAdmin(site, 'prepare-app-key', {});
    await takeIn(facts);
    const next = stored(site, 'secret', 'next-signing-key');
    site.host.platform.kvs.put('secret', 'signing-key', JSON.stringify(next), undefined);
    expect((await overview()).appKey).toEqual({ current: facts.keys[1]?.kid, next: null });
    await asAdmin(site, 'switch-app-key', {});
    const { entries } = await asAdmin(site, 'settings-history', { before: null });
    expect(entries[0]).toMatchObject({ what: 'App key switched' });
    expect(await refusalOf(site, 'switch-app-key', {})).toMatch(/no next key/);
    await ran(site, await approved(site));
  });

  it('stays when the executor does not answer', async () => {
    await asAdmin(site, 'prepare-app-key', {});
    const { appKey: before } = await overview();
    proxy.judge = () => 'cut';
    expect(await refusalOf(site, 'switch-app-key', {})).toMatch(/does not answer, so the key stays/);
    expect(await refusalOf(site, 'test-executor', {})).toMatch(/^The executor does not answer: /);
    proxy.judge = () => 'pass';
    expect((await asAdmin(site, 'test-executor', {})).milliseconds).toBeGreaterThanOrEqual(0);
    expect((await overview()).appKey).toEqual(before);
    await asAdmin(site, 'discard-app-key', {});
  });
});

describe("the executor's key", () => {
  it('rotates with two pins: made, pinned, used after a restart, the old one dropped', async () => {
    const { config } = site.databases;
    const old = site.executor().publicJwk;
    const { next, text } = await rotateKey(config);
    expect(text).toContain('executor key --use-next');
    expect((await rotateKey(config)).next).toEqual(next);
    const file = path.join(config.stateDir, 'next-signing-key.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await asAdmin(site, 'add-executor-key', { executorKey: next })).executor?.keys).toEqual([
      old.kid,
      next.kid,
    ]);
    expect(
      await refusalOf(site, 'add-executor-key', { executorKey: publicHalf(await generateSigningKey()) }),
    ).toMatch(/Two keys are pinned already/);
    const underOld = await succeeded(site);
    expect(kidOf((await evidence(underOld.key)).receipt)).toBe(old.kid);

    expect((await goOverToNextKey(config)).current).toEqual(next);
    await site.stopExecutor();
    await site.startExecutor();
    site.host.setRemote('executor', proxy.url);
    expect((await stat(path.join(config.stateDir, 'signing-key.json'))).mode & 0o777).toBe(0o600);
    const underNew = await succeeded(site);
    expect(kidOf((await evidence(underNew.key)).receipt)).toBe(next.kid);

    expect((await asAdmin(site, 'drop-executor-key', { kid: old.kid })).executor?.keys).toEqual([next.kid]);
    expect(await refusalOf(site, 'drop-executor-key', { kid: next.kid })).toMatch(/only key/);
    expect(await refusalOf(site, 'drop-executor-key', { kid: old.kid })).toMatch(/not pinned/);
    await expect(goOverToNextKey(config)).rejects.toThrow(/no next key/);
  });

  it('a receipt under a key that is not pinned, or no longer, is not believed', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    await site.host.idle();
    const { order } = await evidence(change.key);
    restore();
    const forged = await makeReceipt(site, order, {}, await generateSigningKey());
    expect(await deliver(site, { receipt: forged, result: null })).toBe(422);
    expect(await site.by.status(change.key)).toBe('Running');
    site.clock.advance(60_000);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Succeeded']);
  });

  it('a key whose thumbprint is another is refused', async () => {
    const wrong = { ...publicHalf(await generateSigningKey()), kid: 'k'.repeat(43) };
    expect(await refusalOf(site, 'add-executor-key', { executorKey: wrong })).toMatch(/thumbprint/);
  });
});

describe('enrolled again', () => {
  it('another key replaces the pins, by thumbprint in the ledger, and changes run', async () => {
    const { config } = site.databases;
    const old = settingsOf(site).executor?.keys.map(({ kid }) => kid);
    await rotateKey(config);
    const { current } = await goOverToNextKey(config);
    const facts = await asAdmin(site, 'enrolment-facts', {});
    const { token, sha256 } = await asAdmin(site, 'enrolment-token', {});
    await takeIn({ ...facts, enrolmentTokenSha256: sha256 });
    const { executorId } = site.executor();
    const input = { executorId, executorKey: current };
    expect(await refusalOf(site, 'enrol-executor', { ...input, token: 'x'.repeat(64) })).toMatch(/refused/);
    const enrolled = await asAdmin(site, 'enrol-executor', { ...input, token });
    expect(enrolled.executor?.keys).toEqual([current.kid]);
    const { entries } = await asAdmin(site, 'settings-history', { before: null });
    expect(
      entries.find(({ what }) => what === `Executor ${executorId} enrolled`)?.differences,
    ).toContainEqual({
      path: 'executor.keys',
      before: JSON.stringify(old),
      after: JSON.stringify([current.kid]),
    });
    await ran(site, await approved(site));
  });

  it('the configuration keeps its connections and names the app once', async () => {
    const Written = v.looseObject({
      connections: v.array(v.looseObject({ key: v.string() })),
      trustedApps: v.array(v.looseObject({ installation: v.string(), keys: v.array(PublicJwk) })),
    });
    const { connections, trustedApps } = v.parse(Written, JSON.parse(await readFile(configFile(), 'utf8')));
    expect(connections.map(({ key }) => key)).toEqual(['shop-dev', 'shop-qa', 'shop-prod']);
    expect(trustedApps).toHaveLength(1);
    expect(payloadOf((await evidence((await succeeded(site)).key)).order)).toMatchObject({
      iss: trustedApps[0]?.installation,
    });
  });
});

describe('an executor that was replaced while an order was out', () => {
  it('is not believed under the new one, and a person is asked', async () => {
    const change = await approved(site);
    const restore = refuseReceipts(site);
    await site.by.must('developer', change.key, 'run', { digest: change.digest });
    await site.executed(change.key);
    await site.host.idle();
    const { order } = await evidence(change.key);
    const record = stored(site, 'entity/settings', 'settings') as { settings: { executor: object } };
    const { settings } = record;
    const replaced = { ...settings, executor: { ...settings.executor, id: 'another-executor' } };
    const put = (value: object): void => {
      site.host.platform.kvs.put('entity/settings', 'settings', JSON.stringify(value), undefined);
    };
    put({ ...record, settings: replaced });
    restore();
    expect(await deliver(site, { receipt: await makeReceipt(site, order), result: null })).toBe(422);
    const fromTheNew = await makeReceipt(site, order, { iss: 'another-executor' });
    expect(await deliver(site, { receipt: fromTheNew, result: null })).toBe(422);
    expect(await site.by.status(change.key)).toBe('Running');
    site.clock.advance(60_000);
    await site.host.runSchedule('sweep');
    await site.by.untilStatus(change.key, ['Needs attention']);
    expect((await viewOf(site, change.key)).attention?.code).toBe('executor-replaced');
    put(record);
  });
});
