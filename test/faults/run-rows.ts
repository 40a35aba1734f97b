import { type ExecutorProcesses, executorProcesses } from './support/process';
import type { Row, Tier } from './support/row';
import { type FaultServer, oldestInstalled } from './support/server';

/** What a run of the table is made of. */
export interface Plan {
  readonly rows: readonly Row[];
  readonly tier: Tier;
  readonly seed: number;
  /** The compiled executor. */
  readonly file: string;
  /** Starts a server with the database of the worlds in it; `binaries`: of another version than the embedded one. */
  readonly startServer: (binaries?: string) => Promise<FaultServer>;
}

/** A test, on the embedded PostgreSQL or on another. */
interface Job {
  readonly row: Row;
  readonly binaries: string | undefined;
}

/** Tests that work run at the same time: each keeps about one core busy. */
const lanes = 2;

/** Runs one job after the other, each version on a server that is this lane's alone: some tests crash it. */
async function runLane(plan: Plan, next: () => Job | undefined): Promise<number> {
  const servers = new Map<string | undefined, FaultServer>();
  const processes = executorProcesses(plan.file);
  let bad = 0;
  try {
    for (let job = next(); job; job = next()) bad += await runJob(plan, job, servers, processes);
  } finally {
    await processes.close();
    for (const server of servers.values()) await server.close();
  }
  return bad;
}

async function runJob(
  { tier, seed, startServer }: Plan,
  { row, binaries }: Job,
  servers: Map<string | undefined, FaultServer>,
  processes: ExecutorProcesses,
): Promise<number> {
  const server = servers.get(binaries) ?? (await startServer(binaries));
  servers.set(binaries, server);
  const from = performance.now();
  const { runs, hit, violations } = await row
    .run({ server, processes, seed }, tier)
    .catch((error: unknown) => ({
      runs: 'not finished',
      hit: '',
      violations: [`ended with ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    }));
  const seconds = ((performance.now() - from) / 1_000).toFixed(0);
  const [major] = server.version.split('.');
  console.log(`| ${row.title} | ${major} | ${runs} | ${hit} | ${violations.length} | ${seconds} |`);
  for (const violation of violations.slice(0, 20)) console.error(`  ${row.name}: ${violation}`);
  return violations.length;
}

/** Runs the tests, two at a time and the quiet ones beside them, and prints each when it has ended. Returns the violations. */
export async function runRows(plan: Plan): Promise<number> {
  const oldest = oldestInstalled();
  const jobsOf = (rows: readonly Row[]): Job[] => [
    ...rows.map((row) => ({ row, binaries: undefined })),
    ...rows.flatMap((row) => (row.onOldest && oldest !== null ? [{ row, binaries: oldest }] : [])),
  ];
  const busy = jobsOf(plan.rows.filter(({ quiet }) => !quiet));
  const quiet = jobsOf(plan.rows.filter((row) => row.quiet));
  console.log('| test | PostgreSQL | runs | what was hit | violations | seconds |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  const found = await Promise.all([
    ...Array.from({ length: lanes }, async () => runLane(plan, () => busy.shift())),
    runLane(plan, () => quiet.shift()),
  ]);
  return found.reduce((sum, one) => sum + one, 0);
}
