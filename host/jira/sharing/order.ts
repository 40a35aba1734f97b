import { badRequest } from '../errors';

/** Sorts by an `orderBy` such as `name`, `+id` or `-owner`. @throws JiraError 400 for another key */
export function ordered<T>(
  items: readonly T[],
  orderBy: string,
  keys: Readonly<Record<string, (item: T) => string | number>>,
): T[] {
  const key = keys[orderBy.replace(/^[+-]/, '')];
  if (!key) throw badRequest(`The orderBy value '${orderBy}' is invalid.`);
  const sign = orderBy.startsWith('-') ? -1 : 1;
  return items.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)];
    const result =
      typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return sign * result;
  });
}
