import * as v from 'valibot';
import { KvsFault } from './fault';

/** One condition as the SDK sends it. */
const ConditionSchema = v.object({
  property: v.string(),
  condition: v.picklist([
    'BEGINS_WITH',
    'BETWEEN',
    'CONTAINS',
    'EQUAL_TO',
    'EXISTS',
    'GREATER_THAN',
    'GREATER_THAN_EQUAL_TO',
    'LESS_THAN',
    'LESS_THAN_EQUAL_TO',
    'NOT_CONTAINS',
    'NOT_EQUAL_TO',
    'NOT_EXISTS',
  ]),
  values: v.array(v.unknown()),
});

/** All or any of several conditions. */
export const FiltersSchema = v.object({
  and: v.optional(v.array(ConditionSchema)),
  or: v.optional(v.array(ConditionSchema)),
});

/** A range on the last attribute of an index. */
export const RangeSchema = v.omit(ConditionSchema, ['property']);

type Condition = v.InferOutput<typeof RangeSchema>;

/** Orders two values of one type; undefined when they cannot be compared. */
export function compareValues(a: unknown, b: unknown): number | undefined {
  const comparable =
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string');
  if (!comparable) return undefined;
  return Number(a > b) - Number(a < b);
}

function contains(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(actual)) return actual.includes(expected);
  return typeof actual === 'string' && typeof expected === 'string' && actual.includes(expected);
}

function ordered(actual: unknown, expected: unknown, test: (order: number) => boolean): boolean {
  const order = compareValues(actual, expected);
  return order !== undefined && test(order);
}

/** Says whether one value meets one condition. An absent attribute meets only the negative ones ⚠. */
export function meets(actual: unknown, { condition, values }: Condition): boolean {
  const [first, second] = values;
  switch (condition) {
    case 'EXISTS':
      return actual !== undefined;
    case 'NOT_EXISTS':
      return actual === undefined;
    case 'EQUAL_TO':
      return actual === first;
    case 'NOT_EQUAL_TO':
      return actual !== first;
    case 'CONTAINS':
      return contains(actual, first);
    case 'NOT_CONTAINS':
      return !contains(actual, first);
    case 'BEGINS_WITH':
      return typeof actual === 'string' && typeof first === 'string' && actual.startsWith(first);
    case 'BETWEEN':
      return ordered(actual, first, (order) => order >= 0) && ordered(actual, second, (order) => order <= 0);
    case 'GREATER_THAN':
      return ordered(actual, first, (order) => order > 0);
    case 'GREATER_THAN_EQUAL_TO':
      return ordered(actual, first, (order) => order >= 0);
    case 'LESS_THAN':
      return ordered(actual, first, (order) => order < 0);
    case 'LESS_THAN_EQUAL_TO':
      return ordered(actual, first, (order) => order <= 0);
    default:
      throw new KvsFault(400, 'INVALID_FILTER', `Unknown condition ${String(condition)}`);
  }
}

/** Says whether an entity value passes the filters; `value` is undefined for an absent entity. */
export function passes(
  value: Readonly<Record<string, unknown>> | undefined,
  filters: v.InferOutput<typeof FiltersSchema>,
): boolean {
  if (filters.and !== undefined && filters.or !== undefined) {
    throw new KvsFault(400, 'INVALID_FILTER', 'Filters are either all "and" or all "or"');
  }
  const test = (condition: v.InferOutput<typeof ConditionSchema>): boolean =>
    meets(value?.[condition.property], condition);
  if (filters.or !== undefined) return filters.or.some(test);
  return (filters.and ?? []).every(test);
}
