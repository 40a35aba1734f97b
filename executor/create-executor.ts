import { join } from 'node:path';
import type { PublicJwk } from '#core/protocol/jwk';
import { publicHalf } from '#core/protocol/jws';
import type { Config } from './config';
import { type Sender, startSender } from './deliver/sender';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/launcher';
import { sweepFiles } from './export/sweep';
import { buildApp } from './http/app';
import { haltOf } from './halt/halts';
import { buildPrivateApp } from './http/private-app';
import { notInitialised } from './initialised';
import { faultFields, type Log, silentLog } from './log';
import { createCounters } from './metrics/counters';
import { watchOutcomes } from './outcomes/watch';
import { openTarget, type Target } from './postgres/target';
import { startSweeping } from './rollback/sweep';
import type { AtPoint } from './run/points';
import { createWorker } from './run/worker';
import { listen } from './server';
import { loadSigningKey } from './signing-key';
import { warmParser } from './sql/parser';
import { openStateStore, type StateStore } from './state/store';
import { forgetRequests } from './state/inbox';
import { forgetProgress } from './state/progress';

/** A running executor. */
export interface Executor {
  /** Base URL of its HTTP API. */
  readonly url: string;
  /** Base URL of metrics and audit; null when the configuration has no private address. */
  readonly privateUrl: string | null;
  /** The key that an admin pins in the app. */
  readonly publicJwk: PublicJwk;
  readonly executorId: string;
  /** Answers no more orders, lets running changes end, keeps the rest for the next start. */
  close(): Promise<void>;
}

/** Ports of an executor, with the real ones as default. */
export interface ExecutorOptions {
  readonly log?: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: () => number;
  /** Called at named points of an execution; fault tests end the process there. */
  readonly at?: AtPoint;
}

const heartbeatEveryMs = 2_000;
const forgetEveryMs = 5 * 60 * 1_000;

/** Opens the state database and, if configured so, the embedded server that holds it. */
async function openState(
  config: Config,
  log: Log,
): Promise<{ store: StateStore; embedded: EmbeddedPostgres | null }> {
  const options = { leaseMs: config.limits.leaseMs, stateDir: config.stateDir, log };
  if ('url' in config.state) {
    return {
      store: await openStateStore(config.state.url, config.executorId, options),
      embedded: null,
    };
  }
  const embedded = await startEmbeddedPostgres({ dataDir: join(config.stateDir, 'postgres') });
  try {
    return {
      store: await openStateStore(embedded.superuserUrl('postgres'), config.executorId, options),
      embedded,
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/**
 * Starts an executor: opens its state, takes up what an earlier process left, and listens.
 * @throws Error when the state database is taken or unreachable, or the port is busy
 */
export async function createExecutor(config: Config, options: ExecutorOptions = {}): Promise<Executor> {
  const log = options.log ?? silentLog;
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const at = options.at ?? ((): void => undefined);
  const counters = createCounters();
  const key = await loadSigningKey(config.stateDir);
  const targets = new Map<string, Target>(
    config.connections.map((connection) => [
      connection.key,
      openTarget(connection, now, {
        log,
        blocked: () => notInitialised(config.stateDir, connection.key),
        halted: () => haltOf(config.stateDir, connection.key),
      }),
    ]),
  );
  const closeTargets = async (): Promise<void> => {
    await Promise.all([...targets.values()].map((target) => target.close()));
  };
  // What the first order would wait for is warmed while the state is opened.
  const warm = Promise.all([warmParser(), ...[...targets.values()].map((target) => target.probe())]);
  warm.catch(() => undefined);
  const { store, embedded } = await openState(config, log).catch(async (error: unknown) => {
    await closeTargets();
    throw error;
  });
  let sender: Sender | null = null;
  const closeAll = async (): Promise<void> => {
    await sender?.close();
    await closeTargets();
    await store.close();
    await embedded?.stop();
  };
  try {
    sender = startSender({
      pool: store.pool,
      owner: store.replica.owner,
      witness: store.chain.witness,
      receiptUrl: (installation) =>
        config.trustedApps.find((app) => app.installation === installation)?.receiptUrl ?? null,
      random,
      at,
      log,
    });
    const worker = createWorker({ config, store, targets, key, sender, now, random, log, counters, at });
    let stopping = false;
    let ownUrl = '';
    const app = buildApp({
      config,
      store,
      targets,
      worker,
      now,
      at,
      key,
      ownKey: publicHalf(key),
      log,
      counters,
      stopping: () => stopping,
      publicUrl: () => config.publicUrl ?? ownUrl,
    });
    const recovered = await worker.begin();
    // An unreachable target must not hold up the start.
    await Promise.race([warm, new Promise((done) => setTimeout(done, 1_000).unref())]);
    const server = await listen(app, config.listen);
    ownUrl = server.url;
    let heartbeat = now() / 1_000;
    const inner = config.private
      ? await listen(
          buildPrivateApp({
            executorId: config.executorId,
            store,
            targets,
            counters,
            heartbeat: () => heartbeat,
            log,
          }),
          config.private,
        ).catch(async (error: unknown) => {
          await server.close();
          throw error;
        })
      : null;
    const beating = setInterval(() => {
      store.chain.look().then(
        () => (heartbeat = now() / 1_000),
        (error: unknown) => log.error('state-database-fault', faultFields(error)),
      );
    }, heartbeatEveryMs).unref();
    const sweep = (): void =>
      void sweepFiles(config, store.pool, now).catch((error: unknown) =>
        log.error('sweep-fault', faultFields(error)),
      );
    sweep();
    const forgetting = setInterval(() => {
      void Promise.all([forgetRequests(store.pool), forgetProgress(store.pool)]).catch((error: unknown) =>
        log.error('forget-fault', faultFields(error)),
      );
      sweep();
    }, forgetEveryMs).unref();
    const stopSweeping = startSweeping([...targets.values()], log);
    const stopComparing = watchOutcomes([...targets.values()], { store, key, sender, counters, now, log });
    log.info('ready', {
      url: server.url,
      privateUrl: inner?.url ?? null,
      executorId: config.executorId,
      recovered,
    });
    // Orders are taken by now; what is made ahead of them need not hold up the first.
    for (const target of targets.values()) void target.warm();
    return {
      url: server.url,
      privateUrl: inner?.url ?? null,
      publicJwk: publicHalf(key),
      executorId: config.executorId,
      async close() {
        stopping = true;
        clearInterval(forgetting);
        clearInterval(beating);
        stopSweeping();
        await Promise.all([server.close(), inner?.close()]);
        await Promise.all([worker.drain(), stopComparing()]);
        await closeAll();
        log.info('stopped');
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
