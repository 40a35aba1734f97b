import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startFixture, type Fixture } from './fixture-platform';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(async () => await fixture.platform.close());
beforeEach(() => fixture.platform.kvs.clear());

const kvs = async (operation: string, ...args: unknown[]): Promise<{ code: string; result: unknown }> =>
  (await fixture.call('kvs', { operation, args })) as { code: string; result: unknown };

describe('keys and values', () => {
  it('sets, gets and deletes, and keeps secrets apart', async () => {
    await kvs('set', 'a', { n: 1 });
    await kvs('setSecret', 'a', 'hidden');
    expect(await kvs('get', 'a')).toEqual({ code: 'ok', result: { n: 1 } });
    expect(await kvs('getSecret', 'a')).toEqual({ code: 'ok', result: 'hidden' });
    await kvs('delete', 'a');
    expect(await kvs('get', 'a')).toEqual({ code: 'ok', result: null });
    expect(await kvs('delete', 'never')).toMatchObject({ code: 'ok' });
    expect(await kvs('getSecret', 'a')).toMatchObject({ result: 'hidden' });
  });

  it('honours FAIL_IF_EXISTS and returns the previous value when asked', async () => {
    expect(await kvs('set', 'once', 1, { keyPolicy: 'FAIL_IF_EXISTS' })).toMatchObject({ code: 'ok' });
    expect(await kvs('set', 'once', 2, { keyPolicy: 'FAIL_IF_EXISTS' })).toMatchObject({
      code: 'KEY_CONFLICT',
    });
    const replaced = await kvs('set', 'once', 3, {
      keyPolicy: 'OVERRIDE',
      returnValue: 'PREVIOUS',
      returnMetadataFields: ['CREATED_AT'],
    });
    expect(replaced.result).toEqual({ key: 'once', value: 1, createdAt: fixture.clock.now() });
  });

  it.each([
    ['a key with other characters', ['set', 'a/b', 1], 'INVALID_KEY'],
    ['a blank key', ['set', '  ', 1], 'INVALID_KEY'],
    ['a key of 501 characters', ['set', 'k'.repeat(501), 1], 'KEY_TOO_LONG'],
    ['a value over 240 KiB', ['set', 'big', 'x'.repeat(240 * 1024)], 'MAX_SIZE'],
    ['null', ['set', 'nothing', null], 'INVALID_VALUE'],
  ])('refuses %s', async (_name, [operation, ...args], code) => {
    expect(await kvs(String(operation), ...args)).toMatchObject({ code });
  });

  it('refuses a value nested 32 levels deep and takes 31', async () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : { a: nest(levels - 1) });
    expect(await kvs('set', 'deep', nest(31))).toMatchObject({ code: 'ok' });
    expect(await kvs('set', 'deep', nest(32))).toMatchObject({ code: 'MAX_DEPTH' });
  });

  it('keeps expired values readable until the sweep', async () => {
    await kvs('set', 'short', 1, { keyPolicy: 'OVERRIDE', ttl: { value: 10, unit: 'SECONDS' } });
    fixture.clock.advance(11_000);
    const shown = await kvs('get', 'short', { metadataFields: ['EXPIRE_TIME'] });
    expect(shown.result).toMatchObject({
      value: 1,
      expireTime: new Date(fixture.clock.now() - 1000).toISOString(),
    });
    fixture.clock.advance(48 * 3_600_000);
    expect(await kvs('get', 'short')).toMatchObject({ result: null });
  });

  it('pages through keys with a prefix', async () => {
    for (const key of ['p:3', 'p:1', 'q:1', 'p:2']) await kvs('set', key, key);
    const first = (await fixture.call('kvs-page', { prefix: 'p:' })) as {
      results: { key: string }[];
      nextCursor: string;
    };
    const second = await fixture.call('kvs-page', { prefix: 'p:', cursor: first.nextCursor });
    expect(first.results.map(({ key }) => key)).toEqual(['p:1', 'p:2']);
    expect(second).toEqual({ results: [expect.objectContaining({ key: 'p:3' })] });
  });

  it('lets queries see writes late, and gets at once', async () => {
    fixture.platform.kvs.tuning.queryLagMs = 1000;
    await kvs('set', 'late:1', 1);
    expect(await fixture.call('kvs-page', { prefix: 'late:' })).toEqual({ results: [] });
    expect(await kvs('get', 'late:1')).toMatchObject({ result: 1 });
    fixture.clock.advance(1000);
    expect(await fixture.call('kvs-page', { prefix: 'late:' })).toMatchObject({ results: [{ value: 1 }] });
    fixture.platform.kvs.tuning.queryLagMs = 0;
  });

  it('answers batches item by item', async () => {
    const { result } = await kvs('batchSet', [
      { key: 'b1', value: 1 },
      { key: 'b/2', value: 2 },
    ]);
    expect(result).toEqual({
      successfulKeys: [{ key: 'b1' }],
      failedKeys: [{ key: 'b/2', error: expect.objectContaining({ code: 'INVALID_KEY' }) }],
    });
    const read = await kvs('batchGet', [{ key: 'b1' }, { key: 'absent' }]);
    expect(read.result).toMatchObject({
      successfulKeys: [{ key: 'b1', value: 1 }],
      failedKeys: [{ key: 'absent', error: { code: 'KEY_NOT_FOUND' } }],
    });
  });

  it('meters bytes of JSON', async () => {
    const mark = fixture.meter.mark();
    await kvs('set', 'm', 'four');
    await kvs('get', 'm');
    expect(fixture.meter.since(mark)).toMatchObject({
      kvsOperations: 2,
      kvsWrittenBytes: 6,
      kvsReadBytes: 6,
    });
  });
});

describe('entities and transactions', () => {
  it('lets exactly one of many writers append, however they race', async () => {
    const race = await Promise.all(
      Array.from(
        { length: 20 },
        async () => await fixture.call('ledger-append', { issue: '7', expected: 0 }),
      ),
    );
    expect(race.filter((code) => code === 'ok')).toHaveLength(1);
    expect(race.filter((code) => code === 'CONDITIONAL_CHECK_FAILED')).toHaveLength(19);
    expect(await fixture.call('ledger-append', { issue: '7', expected: 1 })).toBe('ok');
    expect(await fixture.call('ledger-append', { issue: '7', expected: 1 })).toBe('CONDITIONAL_CHECK_FAILED');
    expect(await fixture.call('ledger-append', { issue: '7', expected: 2 })).toBe('ok');
    expect(await fixture.call('ledger-read', { issue: '7' })).toEqual({ seqs: [3, 2], head: 3 });
  });

  it('writes nothing when a check fails', async () => {
    await fixture.call('ledger-append', { issue: '8', expected: 0 });
    expect(await fixture.call('ledger-check', { issue: '8', seq: 5 })).toBe('CONDITIONAL_CHECK_FAILED');
    expect(await kvs('get', 'checked')).toMatchObject({ result: null });
    expect(await fixture.call('ledger-check', { issue: '8', seq: 1 })).toBe('ok');
    expect(await kvs('get', 'checked')).toMatchObject({ result: true });
  });

  it('refuses attributes of another type or that are not declared', async () => {
    expect(await fixture.call('entity-set', { value: { seq: 'one' } })).toBe('INVALID_ATTRIBUTE');
    expect(await fixture.call('entity-set', { value: { extra: 1 } })).toBe('INVALID_ATTRIBUTE');
    expect(await fixture.call('entity-set', { value: { seq: 1 } })).toBe('ok');
  });

  it('survives a snapshot', async () => {
    await fixture.call('ledger-append', { issue: '9', expected: 0 });
    const state: unknown = JSON.parse(JSON.stringify(fixture.platform.snapshot()));
    fixture.platform.clear();
    expect(await fixture.call('ledger-read', { issue: '9' })).toEqual({ seqs: [] });
    fixture.platform.restore(state);
    expect(await fixture.call('ledger-read', { issue: '9' })).toMatchObject({ head: 1 });
  });
});
