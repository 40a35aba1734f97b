import { availableParallelism, cpus } from 'node:os';

/** Runs that are counted; one more comes first, in which connections open and code is compiled. */
export const rounds = 7;

/** Something that is measured, in turns with the others. Answers its figures of one run. */
export type Contestant<T> = (round: number) => Promise<T>;

/**
 * Runs all contestants once a round, one after another, so that whatever else the machine does hits them alike; each
 * round another one begins. What the first round answers is not counted.
 */
export async function interleaved<T, Name extends string>(
  contestants: Readonly<Record<Name, Contestant<T>>>,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(contestants) as Name[];
  const taken = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<Name, T[]>;
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const one = await contestants[name](round);
      if (round > 0) taken[name].push(one);
    }
  }
  return taken;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** The value below which a share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Median and spread (least and most) of the runs: `6.1 (5.8–6.9) ms`. */
export function spread(values: readonly number[], unit: 'ms' | 's', digits = 1): string {
  const per = unit === 's' ? 1_000 : 1;
  const show = (value: number): string => (value / per).toFixed(digits);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(Math.max(...values))}) ${unit}`;
}

/** An aim with whether it was met: a figure that misses is told as missed. */
export function aim(words: string, met: boolean): string {
  return `${words}: ${met ? 'met' : '**missed**'}`;
}

/** Prints a table in Markdown. */
export function printTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log([`\n${title}\n`, line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n'));
}

/** The machine, in words. */
export function machine(): string {
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`;
}
