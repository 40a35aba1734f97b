import { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';
import { createSpares, type Spare, type Spares } from '../../../executor/identity/spares';

/** A spare whose session is only its end. */
class Played implements Spare {
  readonly name: string;
  readonly session = new EventEmitter();
  readonly client = this.session as unknown as PoolClient;
  discarded: readonly string[] = [];
  constructor(name: string) {
    this.name = name;
  }
  discard(...names: readonly string[]): void {
    this.discarded = names;
  }
}

let made: Played[] = [];
let faults: unknown[] = [];
let wanted = true;
let broken = false;
beforeEach(() => {
  made = [];
  faults = [];
  wanted = true;
  broken = false;
});

function four(): Spares {
  return createSpares({
    most: 4,
    wanted: () => wanted,
    async make(count) {
      if (broken) throw new Error('away');
      const batch = Array.from({ length: count }, (_none, at) => new Played(`${made.length + at}`));
      made.push(...batch);
      return batch;
    },
    fault: (error) => faults.push(error),
  });
}
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
async function filled(): Promise<Spares> {
  const spares = four();
  spares.refill();
  await settled();
  return spares;
}

test('spares are handed out once each, the oldest first, and refilled when half are gone', async () => {
  const spares = await filled();
  expect(made).toHaveLength(4);
  expect(spares.take()?.name).toBe('0');
  spares.refill();
  await settled();
  expect(made).toHaveLength(4);
  expect(spares.take()?.name).toBe('1');
  spares.refill();
  await settled();
  expect(made.map(({ name }) => name)).toEqual(['0', '1', '2', '3', '4', '5']);
  expect([1, 2, 3, 4, 5].map(() => spares.take()?.name)).toEqual(['2', '3', '4', '5', undefined]);
});

test('none is made for a database that may not be used, nor after it failed until somebody asks again', async () => {
  wanted = false;
  const spares = await filled();
  expect(spares.take()).toBeNull();
  wanted = true;
  broken = true;
  spares.refill();
  await settled();
  expect(faults).toHaveLength(1);
  broken = false;
  expect(spares.take()).toBeNull();
  spares.refill();
  await settled();
  expect(spares.take()?.name).toBe('0');
});

test('one whose session has ended is given up, and handed to nobody', async () => {
  const spares = await filled();
  made[0]?.session.emit('end');
  expect(made[0]?.discarded).toEqual(['0']);
  expect(spares.take()?.name).toBe('1');
});

test('the end gives all up, also those that are still being made', async () => {
  const spares = four();
  spares.refill();
  await spares.close();
  expect(made.map(({ discarded }) => discarded)).toEqual([['0'], ['1'], ['2'], ['3']]);
  spares.refill();
  await settled();
  expect(made).toHaveLength(4);
  expect(spares.take()).toBeNull();
});
