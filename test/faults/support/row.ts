import type { Shared } from './world';

/** `ci`: what every check runs; `full`: what a release runs. */
export type Tier = 'ci' | 'full';

/** What a test of the table found. */
export interface Outcome {
  /** What was done, with figures. */
  readonly runs: string;
  /** What the faults hit, by phase. */
  readonly hit: string;
  readonly violations: readonly string[];
}

/** One test of the table. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** Mostly waits: it runs beside two others. */
  readonly quiet?: true;
  /** Repeated on the oldest PostgreSQL that the executor takes, where it is installed. */
  readonly onOldest?: true;
  run(shared: Shared, tier: Tier): Promise<Outcome>;
}

/** Counts by name, in words: `3 idle, 12 statement`. */
export function counted(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, times]) => `${times} ${name}`)
    .join(', ');
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Seconds after which what has not ended hangs. It says nothing of what it should take: the machine may be busy. */
export const patience = 300;

/** Waits for `work`, but not for ever: what hangs is a violation, not a suite that never ends. */
export async function within(
  seconds: number,
  what: string,
  work: Promise<unknown>,
): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((done) => {
    timer = setTimeout(() => done([`${what} took more than ${seconds} s`]), seconds * 1_000);
  });
  const result = await Promise.race([work.then(() => []), late]);
  clearTimeout(timer);
  return result;
}
