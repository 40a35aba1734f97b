import process from 'node:process';
import { machine, rounds } from '../harness';
import { exportFiles } from './export-files';
import { ledgerCost } from './ledger-cost';
import { manyChanges } from './many-changes';
import { oneChange } from './one-change';
import { peers } from './peers';
import { restart } from './restart';
import { killShipped } from './shipped';
import { startStage, type Stage } from './stage';

/** The figures of the executor, one after the other; each is a file of this folder. */
const figures: readonly ((stage: Stage) => Promise<void>)[] = [
  oneChange,
  manyChanges,
  peers,
  ledgerCost,
  exportFiles,
  restart,
];

/** Measures the executor as it is shipped and prints its tables. */
export async function printExecutorFigures(): Promise<void> {
  const stage = await startStage();
  const end = async (): Promise<void> => {
    killShipped();
    await stage.close();
  };
  const cutOff = (): void => void end().finally(() => process.exit(130));
  process.once('SIGINT', cutOff).once('SIGTERM', cutOff);
  try {
    console.log(`The executor: medians of ${rounds} interleaved runs, on this machine (${machine()}).`);
    console.log(await stage.settings());
    for (const figure of figures) await figure(stage);
  } finally {
    process.off('SIGINT', cutOff).off('SIGTERM', cutOff);
    await end();
  }
}
