import { rm } from 'node:fs/promises';
import { type Mutant, mutants } from './mutants';
import { buildExecutor } from './support/build-executor';
import { executorProcesses } from './support/process';
import type { Row } from './support/row';
import type { FaultServer } from './support/server';

/** Violations after which a mutant counts as seen. */
const enough = 10;
/** A test that sees it once a round is repeated so often at most. */
const mostRounds = 10;

/** Runs the tests that must see a mutant, again and again until they have seen enough of it. */
async function hunt(mutant: Mutant, rows: readonly Row[], server: FaultServer, seed: number) {
  const file = await buildExecutor(mutant);
  const processes = executorProcesses(file);
  const seen: string[] = [];
  let rounds = 0;
  try {
    for (; rounds < mostRounds && seen.length < enough; rounds += 1) {
      for (const row of rows.filter(({ name }) => mutant.seenBy.includes(name))) {
        // An executor that is broken enough does not even get through a test: that is seen too.
        const found = await row
          .run({ server, processes, seed: seed + rounds }, 'ci')
          .then(({ violations }) => violations)
          .catch((error: unknown) => [`the test ended with ${String(error)}`]);
        seen.push(...found);
      }
    }
  } finally {
    await processes.close();
    await rm(file, { force: true });
  }
  return { rounds, seen };
}

/** Breaks the executor in every known way, one after the other, and prints what the tests made of it. */
export async function runMutants(server: FaultServer, rows: readonly Row[], seed: number): Promise<number> {
  console.log('| broken on purpose | what it does | seen by | rounds | times caught |');
  console.log('| --- | --- | --- | --- | --- |');
  let missed = 0;
  for (const [name, mutant] of Object.entries(mutants)) {
    const { rounds, seen } = await hunt(mutant, rows, server, seed);
    const by = mutant.seenBy.join(', ');
    console.log(`| ${name} | ${mutant.what} | ${by} | ${rounds} | ${seen.length} |`);
    console.error(`  for example: ${seen[0] ?? 'nothing'}`);
    if (seen.length < enough) missed += 1;
  }
  const all = Object.keys(mutants).length;
  console.log(`\n${missed === 0 ? `All ${all} were caught` : `${missed} of ${all} were caught too seldom`}.`);
  return missed === 0 ? 0 : 1;
}
