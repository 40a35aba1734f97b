import type { OrderClaims } from '#core/protocol/order';
import type { OrderWish } from './support/app';
import { readReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

/** The executor reviews what it is to apply by its own configuration, whatever the app says that its review came to. */
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    const [main] = input.connections;
    if (!main) throw new Error('there is no connection');
    const ours = {
      id: 'hands-off-counters',
      title: 'Counters are not for changes',
      level: 'error' as const,
      message: 'Ask the team of the counters.',
      when: { relation: 'counters', access: 'write' as const },
    };
    return {
      ...input,
      connections: [
        ...input.connections,
        { ...main, key: 'strict', review: { refuse: 'error', neverWaive: ['ban-delete-without-where'] } },
        { ...main, key: 'own', review: { refuse: 'error', custom: [ours] } },
        {
          ...main,
          key: 'mild',
          review: { refuse: 'error', rules: { 'ban-delete-without-where': { level: 'warning' } } },
        },
        { ...main, key: 'never', review: { neverWaive: ['ban-drop-table'] } },
      ],
    };
  });
});
afterAll(() => rig.close());

const careless = 'delete from counters';
const waived = `-- qc-waive ban-delete-without-where: they are counted again tonight\n${careless}`;
const approvers = ['approver-1', 'approver-2'];

/** Code and words with which an order is refused for good; null when it is taken in. */
async function refusal(wish: OrderWish, key: string): Promise<{ code: string; message: string } | null> {
  const claims = await rig.order({ approvers, ...wish }, key);
  const { reply } = await rig.send(claims);
  if (!('code' in reply)) return null;
  if (!reply.delivery) throw new Error(`${reply.code} has no receipt`);
  const receipt = await readReceipt(reply.delivery, rig.executor.publicJwk);
  expect(receipt.claims).toMatchObject({ status: 'refused', reason: { code: reply.code }, statements: [] });
  return { code: reply.code, message: reply.message };
}

describe('a protected connection', () => {
  it('refuses an error that nobody has set aside, with its line and rule', async () => {
    expect(await refusal({ sql: `select 1;\n${careless}` }, 'guarded')).toEqual({
      code: 'review-failed',
      message: expect.stringMatching(/^line 2, ban-delete-without-where: .*[^.]$/),
    });
  });

  it('believes its own review, not the verdict in the order', async () => {
    const analyser: OrderClaims['analyser'] = { name: '1/x', risk: 'low', errors: 0, warnings: 0, waived: 0 };
    expect(await refusal({ sql: careless, claims: { analyser } }, 'guarded')).toMatchObject({
      code: 'review-failed',
    });
  });

  it('takes a text whose author has set the rule aside with a reason, and only then', async () => {
    expect(await refusal({ sql: waived }, 'guarded')).toBeNull();
    expect(await refusal({ sql: waived.replace(/: they.*/, '') }, 'guarded')).toMatchObject({
      code: 'review-failed',
    });
  });

  it('refuses an error of the rollback, also a rollback that does not parse', async () => {
    const sql = 'select 1';
    expect(await refusal({ sql, rollback: careless }, 'guarded')).toMatchObject({
      code: 'review-failed',
      message: expect.stringMatching(/^line 1 of the rollback, ban-delete-without-where: /),
    });
    expect(await refusal({ sql, rollback: 'delet from counters' }, 'guarded')).toMatchObject({
      code: 'review-failed',
      message: expect.stringMatching(/of the rollback, syntax-error: /),
    });
  });
});

describe('a connection', () => {
  it('that is not protected leaves the review to the app, unless it is told otherwise', async () => {
    expect(await refusal({ sql: careless }, 'main')).toBeNull();
    expect(await refusal({ sql: careless }, 'strict')).toMatchObject({ code: 'review-failed' });
  });

  it('takes no waiver of what is never set aside', async () => {
    expect(await refusal({ sql: waived }, 'strict')).toEqual({
      code: 'waiver-not-allowed',
      message: 'line 2: ban-delete-without-where is never set aside on strict',
    });
  });

  it('refuses what is never set aside whatever its level, also where nothing else is refused', async () => {
    expect(await refusal({ sql: 'drop table if exists gone' }, 'never')).toMatchObject({
      code: 'review-failed',
    });
    expect(await refusal({ sql: careless }, 'never')).toBeNull();
  });

  it('has levels and rules of its own', async () => {
    expect(await refusal({ sql: careless }, 'mild')).toBeNull();
    expect(await refusal({ sql: 'update counters set n = 1 where id = 1' }, 'own')).toEqual({
      code: 'review-failed',
      message: 'line 1, hands-off-counters: Ask the team of the counters',
    });
    expect(await refusal({ sql: 'select n from counters where id = 1' }, 'own')).toBeNull();
  });

  it('does not hold back a dry run, which applies nothing', async () => {
    expect(await refusal({ kind: 'dry-run', sql: careless }, 'strict')).toBeNull();
  });

  it('remembers findings by text, not by order', async () => {
    const first = await refusal({ sql: careless }, 'strict');
    expect(await refusal({ sql: careless }, 'strict')).toEqual(first);
    expect(await refusal({ sql: `${careless} where id = 7` }, 'strict')).toBeNull();
  });
});
