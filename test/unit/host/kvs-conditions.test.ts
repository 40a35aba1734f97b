import { describe, expect, it } from '@jest/globals';
import { meets, passes } from '../../../host/forge/kvs/conditions';

describe('conditions', () => {
  it.each([
    ['BETWEEN', 5, [1, 5], true],
    ['BETWEEN', 6, [1, 5], false],
    ['BEGINS_WITH', 'abc', ['ab'], true],
    ['CONTAINS', ['x', 'y'], ['y'], true],
    ['CONTAINS', 'text', ['ex'], true],
    ['NOT_CONTAINS', 'text', ['no'], true],
    ['GREATER_THAN', '10', [9], false],
    ['LESS_THAN_EQUAL_TO', 9, [9], true],
    ['EXISTS', undefined, [true], false],
    ['NOT_EXISTS', undefined, [true], true],
    ['EQUAL_TO', undefined, [undefined], true],
    ['NOT_EQUAL_TO', 1, [2], true],
  ] as const)('%s on %p with %p: %p', (condition, actual, values, expected) => {
    expect(meets(actual, { condition, values: [...values] })).toBe(expected);
  });

  it('refuses a mixture of and and or', () => {
    expect(() => passes({}, { and: [], or: [] })).toThrow('either all "and" or all "or"');
  });
});
