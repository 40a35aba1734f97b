// An executor in a process of its own, for the fault suite to kill. It loads everything, waits for one line on standard
// input, starts, and writes its URL. It ends itself when its parent is gone.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import type { Config } from '../../executor/config';
import { createExecutor, type Executor } from '../../executor/create-executor';

/** What the parent's line says. */
const Start = v.object({
  configFile: v.string(),
  /** Ends itself, as kill -9 does, when this point is reached for the nth time. */
  crash: v.nullable(v.object({ point: v.string(), nth: v.number() })),
  /** How far its clock is off. */
  clockMs: v.number(),
});
export type Start = v.InferOutput<typeof Start>;

async function start(line: string): Promise<Executor> {
  const { configFile, crash, clockMs } = v.parse(Start, JSON.parse(line));
  // Written by the suite itself, after it was parsed there.
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as Config;
  let reached = 0;
  return createExecutor(config, {
    now: () => Date.now() + clockMs,
    at(point) {
      if (point !== crash?.point) return;
      reached += 1;
      if (reached === crash.nth) process.kill(process.pid, 'SIGKILL');
    },
  });
}

let executor: Promise<Executor> | null = null;
createInterface({ input: process.stdin })
  .on('line', (line) => {
    executor ??= start(line);
    executor.then(
      ({ url }) => process.stdout.write(`${url}\n`),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  })
  .on('close', () => process.exit(1));

// The program itself treats the signal alike (executor/main.ts).
process.on('SIGTERM', () => {
  if (executor === null) process.exit(0);
  executor
    .then(async (running) => running.close())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    );
});
