import { describe, expect, it } from '@jest/globals';
import { assert, double, property } from 'fast-check';
import { placeBars } from '../../../../host/pages/ui-kit/charts/bars';
import { horizontalAccessors, readRows, ticksFor } from '../../../../host/pages/ui-kit/charts/data';
import { slicesOf } from '../../../../host/pages/ui-kit/charts/slices';

const rows = [
  { week: 1, outcome: 'ok', changes: 4 },
  { week: 1, outcome: 'failed', changes: 1 },
  { week: 2, outcome: 'ok', changes: -2 },
  { week: 1, outcome: 'ok', changes: 3 },
];

describe('rows of a chart', () => {
  it('are read by name or by index, in their order, and add up', () => {
    const read = { categories: ['1', '2'], series: ['ok', 'failed'], values: [[7, -2], [1]] };
    expect(readRows(rows, 'week', 'changes', 'outcome')).toEqual(read);
    const arrays = rows.map(({ week, outcome, changes }) => [week, outcome, changes]);
    expect(readRows(arrays, 0, 2, 1)).toEqual(read);
  });

  it('are one unnamed series without a colour', () => {
    expect(readRows([['a', 1]], 0, 1, undefined)).toEqual({ categories: ['a'], series: [''], values: [[1]] });
  });

  it.each([
    [[['a', 'many']], 'row 1 has no number at 1: "many"'],
    [[['a', 1], ['b']], 'row 2 has nothing at 1'],
    [[['a', Number.NaN]], 'row 1 has no number at 1'],
    [[[{}, 1]], 'row 1 has no name at 0'],
    [[7], 'row 1 is neither an array nor an object'],
  ])('%j are refused in words', (data, words) => {
    expect(() => readRows(data, 0, 1, undefined)).toThrow(words);
  });

  it('may have the names on either axis of a horizontal chart', () => {
    expect(horizontalAccessors([['a', 1]], 0, 1)).toEqual({ category: 0, value: 1 });
    expect(horizontalAccessors([['a', 1]], 1, 0)).toEqual({ category: 0, value: 1 });
  });
});

describe('ticks', () => {
  it('are round, hold zero and every value, and are few', () => {
    const value = double({ min: -1e6, max: 1e6, noNaN: true });
    assert(
      property(value, value, (a, b) => {
        const ticks = ticksFor(Math.min(a, b), Math.max(a, b));
        expect(ticks).toContain(0);
        expect(ticks[0]).toBeLessThanOrEqual(Math.min(0, a, b) + 1e-9);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(Math.max(0, a, b) - 1e-9);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(9);
      }),
    );
    expect(ticksFor(0, 23)).toEqual([0, 5, 10, 15, 20, 25]);
    expect(ticksFor(0, 0)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

describe('bars', () => {
  const data = readRows(rows, 'week', 'changes', 'outcome');

  it('stand beside each other, or on each other with negative values below zero', () => {
    expect(placeBars(data, false).map(({ from, to, lane }) => [from, to, lane])).toEqual([
      [0, 7, 0],
      [0, 1, 1],
      [0, -2, 0],
      [0, 0, 1],
    ]);
    expect(placeBars(data, true).map(({ from, to, lane }) => [from, to, lane])).toEqual([
      [0, 7, 0],
      [7, 8, 0],
      [0, -2, 0],
      [0, 0, 0],
    ]);
  });
});

describe('slices', () => {
  it('fill the circle by their shares', () => {
    const data = readRows(
      [
        ['a', 3],
        ['b', 1],
      ],
      0,
      1,
      undefined,
    );
    expect(slicesOf(data).map(({ start, end }) => [start, end])).toEqual([
      [0, 0.75],
      [0.75, 1],
    ]);
  });

  it('of nothing are none', () => {
    expect(slicesOf(readRows([['a', 0]], 0, 1, undefined))).toEqual([
      { name: 'a', value: 0, start: 0, end: 0 },
    ]);
  });
});
