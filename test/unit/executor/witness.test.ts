import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { mkdtemp, open, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectionTo } from '../../../executor/witness/place';
import { readWitness } from '../../../executor/witness/slots';
import { openWitness } from '../../../executor/witness/witness';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'qc-witness-'));
});
afterEach(() => rm(stateDir, { recursive: true }));

const place = (seq: number, epoch = 1, id = 'chain') => ({
  id,
  epoch,
  seq,
  head: String(seq % 10).repeat(64),
});

it('keeps the furthest place, whoever saw it', async () => {
  const [one, other] = [await openWitness(stateDir, '1'), await openWitness(stateDir, '2')];
  expect(readWitness(stateDir)).toBeNull();
  await Promise.all([place(1), place(3), place(2)].map(async (at) => one.saw(at)));
  await other.saw(place(2));
  expect(readWitness(stateDir)).toEqual(place(3));
  await other.saw(place(3, 2));
  await one.saw(place(9, 1));
  expect(readWitness(stateDir)).toEqual(place(3, 2));
  await one.saw(place(99, 9, 'another chain'));
  expect(one.known()).toEqual(place(9, 1));
  await Promise.all([one.close(), other.close()]);
  const next = await openWitness(stateDir, '3');
  expect(next.known()).toEqual(place(3, 2));
  await next.close();
});

it('has the place before when a write was cut off', async () => {
  const witness = await openWitness(stateDir, '1');
  for (const seq of [1, 2, 3]) await witness.saw(place(seq));
  await witness.close();
  const file = await open(join(stateDir, 'witness', '1'), 'r+');
  const slots = await file.readFile('utf8');
  await file.write('torn', slots.indexOf('"seq":3'));
  await file.close();
  expect(readWitness(stateDir)).toEqual(place(2));
});

it('forgets files that nobody has touched, and writes again when its own was taken away', async () => {
  const witness = await openWitness(stateDir, '1');
  await witness.saw(place(1));
  const long = new Date(Date.now() - 2 * 60 * 60 * 1_000);
  await utimes(join(stateDir, 'witness', '1'), long, long);
  const next = await openWitness(stateDir, '2');
  expect(await readdir(join(stateDir, 'witness'))).toEqual(['2']);
  await witness.saw(place(2));
  expect(readWitness(stateDir)).toEqual(place(2));
  await Promise.all([witness.close(), next.close()]);
});

it.each([
  ['the same', place(5), place(5), null],
  ['further', place(6), place(5), null],
  ['behind', place(4), place(5), 'an older copy'],
  ['an earlier epoch', place(9, 1), place(5, 2), 'an older copy'],
  ['another chain', place(5, 1, 'other'), place(5), 'another receipt chain'],
  ['another receipt', { ...place(5), head: 'f'.repeat(64) }, place(5), 'has forked'],
])('judges a head that is %s', (_what, state, seen, words) => {
  const objection = objectionTo(state, seen);
  if (words === null) expect(objection).toBeNull();
  else expect(objection).toContain(words);
});
