/** Chart data as rows: arrays or objects, read by index or by name (`@forge/react`, all charts). */

type Accessor = string | number;

/** Numbers by category and series, in the order of the rows. */
export interface ChartData {
  readonly categories: readonly string[];
  /** One unnamed series (`''`) when nothing groups by colour. */
  readonly series: readonly string[];
  /** `values[series][category]`; undefined where the rows say nothing. */
  readonly values: readonly (readonly (number | undefined)[])[];
}

/** The rows cannot be drawn; the message says which and why. */
export class ChartDataError extends Error {
  override readonly name = 'ChartDataError';
}

function cell(row: unknown, accessor: Accessor, at: number): unknown {
  if (typeof row !== 'object' || row === null)
    throw new ChartDataError(`row ${at + 1} is neither an array nor an object`);
  const value: unknown = (row as Readonly<Record<Accessor, unknown>>)[accessor];
  if (value === undefined || value === null)
    throw new ChartDataError(`row ${at + 1} has nothing at ${JSON.stringify(accessor)}`);
  return value;
}

function numberAt(row: unknown, accessor: Accessor, at: number): number {
  const value = cell(row, accessor, at);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ChartDataError(
    `row ${at + 1} has no number at ${JSON.stringify(accessor)}: ${JSON.stringify(value)}`,
  );
}

function wordAt(row: unknown, accessor: Accessor, at: number): string {
  const value = cell(row, accessor, at);
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ChartDataError(
    `row ${at + 1} has no name at ${JSON.stringify(accessor)}: ${JSON.stringify(value)}`,
  );
}

/** Whether every row has a number there. */
const allNumbers = (data: readonly unknown[], accessor: Accessor): boolean =>
  data.every((row, at) => typeof cell(row, accessor, at) === 'number');

/** Reads the rows of a chart; rows of the same category and series add up. Throws ChartDataError. */
export function readRows(
  data: readonly unknown[],
  category: Accessor,
  value: Accessor,
  color: Accessor | undefined,
): ChartData {
  const categories: string[] = [];
  const series: string[] = [];
  const values: (number | undefined)[][] = [];
  const indexIn = (names: string[], name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  for (const [at, row] of data.entries()) {
    const c = indexIn(categories, wordAt(row, category, at));
    const s = indexIn(series, color === undefined ? '' : wordAt(row, color, at));
    const line = (values[s] ??= []);
    line[c] = (line[c] ?? 0) + numberAt(row, value, at);
  }
  return { categories, series, values };
}

/** The colour group of each name. Throws ChartDataError. */
export const groupsBy = (
  data: readonly unknown[],
  name: Accessor,
  color: Accessor,
): ReadonlyMap<string, string> =>
  new Map(data.map((row, at) => [wordAt(row, name, at), wordAt(row, color, at)]));

/** ⚠ In a horizontal chart the names may be on either axis; the one with numbers only is the value. */
export function horizontalAccessors(
  data: readonly unknown[],
  x: Accessor,
  y: Accessor,
): { readonly category: Accessor; readonly value: Accessor } {
  return allNumbers(data, x) && !allNumbers(data, y) ? { category: y, value: x } : { category: x, value: y };
}

/** Round numbers from the least to the greatest value, zero among them: what an axis is marked with. */
export function ticksFor(least: number, greatest: number, about = 5): readonly number[] {
  const low = Math.min(0, least);
  // Nothing but zeroes, or what no axis could tell from them.
  const high = greatest - low < 1e-9 && low > -1e-9 ? 1 : Math.max(0, greatest);
  const rough = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** A number for people. */
export const shown = (value: number | undefined): string =>
  value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: 2 });

/** Words cut to a width in characters. */
export const cut = (words: string, length: number): string =>
  words.length <= length ? words : `${words.slice(0, Math.max(1, length - 1))}…`;
