import * as fc from 'fast-check';
import * as v from 'valibot';
import { LedgerEvent } from '#core/change/event';
import { emptyHead, genesisHash, nextEvent, verifyChain, type LedgerHead } from '#core/change/ledger';
import { replay } from '#core/change/machine';
import { approvers, at, author, events, examples, hash } from '../builders';

const issueId = '10001';
const life = [
  [author, events.submitted()],
  ['approver-1', events.voted()],
  ['approver-2', events.voted()],
  ['app', events.approved()],
  [author, events.run()],
  ['app', events.signed()],
  ['executor', events.receipt('succeeded')],
] as const;

let chain: LedgerEvent[];
let head: LedgerHead;
beforeAll(async () => {
  chain = [];
  head = emptyHead;
  for (const [actor, body] of life) {
    const event = await nextEvent(head, { issueId, at, actor, body });
    chain.push(event);
    head = { seq: event.seq, hash: event.hash };
  }
});

test('a chain verifies and folds into the state', async () => {
  expect(await verifyChain(issueId, head, chain)).toEqual({ ok: true, value: undefined });
  expect(replay(chain)).toEqual(examples.succeeded);
  expect(chain[0]).toMatchObject({ seq: 1, prev: genesisHash });
  for (const event of chain) expect(v.parse(LedgerEvent, event)).toEqual(event);
});

test('events of an earlier release, which say nothing of an analysis, still verify and fold', async () => {
  const read = chain.map((event) => v.parse(LedgerEvent, JSON.parse(JSON.stringify(event))));
  expect(await verifyChain(issueId, head, read)).toMatchObject({ ok: true });
  expect(replay(read).revision?.analysis).toBeNull();
});

test('an empty chain has the empty head', async () => {
  expect(await verifyChain(issueId, emptyHead, [])).toMatchObject({ ok: true });
  expect(await verifyChain(issueId, head, [])).toMatchObject({ ok: false, error: { seq: 7 } });
});

test('events of another issue are found', async () => {
  expect(await verifyChain('10002', head, chain)).toMatchObject({
    ok: false,
    error: { seq: 1, message: 'event belongs to another issue' },
  });
});

type Tamper = (events: LedgerEvent[], at: number, other: number) => LedgerEvent[];
const replaceAt = (list: LedgerEvent[], index: number, change: Partial<LedgerEvent>): LedgerEvent[] =>
  list.map((event, position) => (position === index ? { ...event, ...change } : event));
const tampers: Record<string, Tamper> = {
  'another actor': (list, index) => replaceAt(list, index, { actor: 'somebody' }),
  'another time': (list, index) => replaceAt(list, index, { at: '2026-11-21T10:00:00.001Z' }),
  'another body': (list, index) => replaceAt(list, index, { body: { type: 'cancelled' } }),
  'another hash': (list, index) => replaceAt(list, index, { hash: hash('9') }),
  'another link': (list, index) => replaceAt(list, index, { prev: hash('9') }),
  'another number': (list, index) => replaceAt(list, index, { seq: 99 }),
  removed: (list, index) => list.filter((_event, position) => position !== index),
  doubled: (list, index) =>
    list.flatMap((event, position) => (position === index ? [event, event] : [event])),
  swapped: (list, index, other) => {
    const copy = [...list];
    const [left, right] = [copy[index], copy[other]];
    if (left && right) [copy[index], copy[other]] = [right, left];
    return copy;
  },
};

test.each(Object.entries(tampers))('%s: found wherever it happens', async (_name, tamper) => {
  const index = fc.nat({ max: life.length - 1 });
  await fc.assert(
    fc.asyncProperty(index, index, async (first, second) => {
      const other = first === second ? (first + 1) % life.length : second;
      const result = await verifyChain(issueId, head, tamper(chain, first, other));
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.error.message).not.toBe('');
    }),
    { numRuns: 60 },
  );
});

test('rewriting the whole tail is found by the witnessed head', async () => {
  const forged = chain.slice(0, 1);
  let last: LedgerHead = { seq: 1, hash: chain[0]?.hash ?? '' };
  for (const [actor, body] of life.slice(1)) {
    const event = await nextEvent(last, {
      issueId,
      at,
      actor: actor === approvers[0] ? 'mallory' : actor,
      body,
    });
    forged.push(event);
    last = { seq: event.seq, hash: event.hash };
  }
  expect((await verifyChain(issueId, last, forged)).ok).toBe(true);
  expect(await verifyChain(issueId, head, forged)).toMatchObject({
    ok: false,
    error: { message: 'head does not match the last event' },
  });
});
