import process from 'node:process';
import { machine, rounds } from '../harness';
import { exportFiles, exportMore } from './export-files';
import { ledgerCost } from './ledger-cost';
import { manyChanges } from './many-changes';
import { oneChange } from './one-change';
import { peers } from './peers';
import { restart } from './restart';
import { killShipped } from './shipped';
import { startStage, type Stage } from './stage';

/** The figures of the executor, one after the other; each is a file of this folder. */
const figures: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'one-change': oneChange,
  'many-changes': manyChanges,
  peers,
  'ledger-cost': ledgerCost,
  'export-files': exportFiles,
  restart,
};

/** Figures that are measured only when they are named. */
const onlyNamed: typeof figures = { 'export-10m': exportMore };

/** What can be measured alone. */
export const figureNames = [...Object.keys(figures), ...Object.keys(onlyNamed)];

/** Measures the executor as it is shipped and prints its tables; `only`: those of these names, unless there are none. */
export async function printExecutorFigures(only: readonly string[]): Promise<void> {
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
    const chosen = only.length === 0 ? figures : { ...figures, ...onlyNamed };
    for (const [name, figure] of Object.entries(chosen))
      if (only.length === 0 || only.includes(name)) await figure(stage);
  } finally {
    process.off('SIGINT', cutOff).off('SIGTERM', cutOff);
    await end();
  }
}
