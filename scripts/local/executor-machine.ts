import process from 'node:process';
import { loadConfig, type TrustedAppInput } from '../../executor/config';
import { createExecutor, type Executor, type ExecutorOptions } from '../../executor/create-executor';
import { prepareLocalExecutor, type ExtraConnection, type LocalExecutor } from '../../executor/local/prepare';
import type { ExecutorMachine } from './executor-terminal';
import { people } from './seed';

/** The executor with its databases on this machine. */
export interface LocalMachine extends ExecutorMachine {
  /** Starts PostgreSQL and the executor. `app` undefined: it trusts who was enrolled before, or nobody yet. */
  start(app?: TrustedAppInput): Promise<Executor>;
  /** Starts the executor again at the same address; it reads its configuration file anew. */
  restart(options?: ExecutorOptions): Promise<string>;
  executor(): Executor;
  databases(): LocalExecutor;
  /** Stops the executor, then PostgreSQL. */
  close(): Promise<void>;
}

/** Makes the machine; nothing runs yet. */
export function executorMachine(options: {
  readonly dir: string;
  readonly port: number;
  readonly extraConnections: readonly ExtraConnection[];
  readonly executor: ExecutorOptions | undefined;
}): LocalMachine {
  let executor: Executor | undefined;
  let prepared: LocalExecutor | undefined;
  let port = options.port;
  const stop = async (): Promise<void> => {
    await executor?.close();
    executor = undefined;
  };
  return {
    get configFile() {
      return running(prepared).configFile;
    },
    address: () => executor?.url ?? null,
    executor: () => running(executor),
    databases: () => running(prepared),
    stop,
    async start(app) {
      prepared = await prepareLocalExecutor({
        dir: options.dir,
        ...(app === undefined ? {} : { app }),
        prodApprovers: [people.firstApprover.accountId, people.secondApprover.accountId],
        extraConnections: options.extraConnections,
        port,
      });
      executor = await createExecutor(prepared.config, options.executor);
      port = Number(new URL(executor.url).port);
      return executor;
    },
    async restart(executorOptions) {
      await stop();
      const config = loadConfig(running(prepared).configFile, process.env);
      if (!config.ok) throw new Error(config.error.join('\n'));
      const listen = { ...config.value.listen, port };
      executor = await createExecutor({ ...config.value, listen }, executorOptions ?? options.executor);
      return executor.url;
    },
    async close() {
      await stop();
      await prepared?.stop();
    },
  };
}

function running<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('it is not running');
  return part;
}
