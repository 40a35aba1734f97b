import { rm } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from './mutants';
import { automaticRollback } from './rows/automatic-rollback';
import { runMutants } from './run-mutants';
import { runRows } from './run-rows';
import { clocks } from './rows/clocks';
import { crashPoints } from './rows/crash-points';
import { cutConnections } from './rows/cut-connections';
import { darkLines } from './rows/dark-lines';
import { diskFullRow } from './rows/disk-full';
import { escapesRow } from './rows/escapes';
import { failoversRow, targetRestoresRow } from './rows/lost-targets';
import { mutationsRow } from './rows/mutations';
import { postgresCrashes } from './rows/postgres-crashes';
import { races } from './rows/races';
import { poolRow } from './rows/pool';
import { poolKills, randomKills } from './rows/random-kills';
import { replicas } from './rows/replicas';
import { stateRestores } from './rows/state-restores';
import { wrongOrdersRow } from './rows/wrong-orders';
import { buildExecutor } from './support/build-executor';
import { killAll } from './support/process';
import type { Row, Tier } from './support/row';
import { type FaultServer, startFaultServer } from './support/server';
import { makeTemplate } from './support/world';

/** `npm run faults`: breaks real executors over a real PostgreSQL, and compares what they did with what they said. */

/** The longest first, so that they do not end alone. */
const rows: readonly Row[] = [
  randomKills,
  poolKills,
  replicas,
  crashPoints,
  races,
  automaticRollback,
  cutConnections,
  failoversRow,
  targetRestoresRow,
  stateRestores,
  postgresCrashes,
  diskFullRow,
  mutationsRow,
  escapesRow,
  poolRow,
  wrongOrdersRow,
  clocks,
  darkLines,
];
const usage = `usage: npm run faults -- [--full] [--only NAME]… [--seed N] [--mutant NAME | --mutants]\nnames: ${rows.map(({ name }) => name).join(', ')}\n`;

interface Arguments {
  readonly tier: Tier;
  readonly seed: number;
  readonly chosen: readonly Row[];
  readonly mutant: Mutant | null;
  /** Every mutant, one after the other. */
  readonly everyMutant: boolean;
}

function readArguments(): Arguments | null {
  try {
    const { values } = parseArgs({
      options: {
        full: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        mutant: { type: 'string' },
        mutants: { type: 'boolean', default: false },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      },
    });
    const seed = Number(values.seed);
    const known = values.only.every((name) => rows.some((row) => row.name === name));
    const mutant = values.mutant === undefined ? null : mutants[values.mutant];
    if (!Number.isInteger(seed) || !known || mutant === undefined) return null;
    const wanted = values.only.length === 0 ? (mutant?.seenBy ?? []) : values.only;
    const chosen = rows.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    return { tier: values.full ? 'full' : 'ci', seed, chosen, mutant, everyMutant: values.mutants };
  } catch {
    return null;
  }
}

/** Also those that are just starting. */
const servers = new Set<Promise<FaultServer>>();
let file: string | null = null;
let ending = false;

async function startServer(binaries?: string): Promise<FaultServer> {
  // A test whose server was taken away ends, and the next one asks for its own.
  if (ending) throw new Error('the suite was ended');
  const starting = startFaultServer(binaries);
  servers.add(starting);
  const server = await starting;
  await makeTemplate(server);
  return server;
}

async function cleanUp(): Promise<void> {
  killAll();
  await Promise.allSettled([...servers].map(async (starting) => (await starting).close()));
  if (file !== null) await rm(file, { force: true });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending) return;
    ending = true;
    void cleanUp().then(() => process.exit(130));
  });
}

async function main({ tier, seed, chosen, mutant, everyMutant }: Arguments): Promise<number> {
  if (everyMutant) return runMutants(await startServer(), rows, seed);
  file = await buildExecutor(mutant);
  console.log(`Node ${process.versions.node}, tier ${tier}, seed ${seed}\n`);
  if (mutant) console.log(`Broken on purpose: ${mutant.what}.\n`);
  const began = performance.now();
  const bad = await runRows({ rows: chosen, tier, seed, file, startServer });
  console.log(
    `\n${bad === 0 ? 'No violation' : `${bad} violations`}, ${((performance.now() - began) / 1_000).toFixed(0)} s.`,
  );
  return bad === 0 ? 0 : 1;
}

const given = readArguments();
if (given === null) {
  process.stderr.write(usage);
  process.exit(2);
}
let code = 1;
try {
  code = await main(given);
} catch (error) {
  if (!ending) console.error(error);
} finally {
  if (!ending) {
    await cleanUp();
    process.exit(code);
  }
}
