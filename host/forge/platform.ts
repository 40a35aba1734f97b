import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { FaultPlan, InstalledApp, JiraSite } from '../contract';
import { bundle, handlerSource, type Bundle } from './bundle';
import type { Clock } from './clock';
import { createDeliveries, type Deliveries, type Delivery } from './deliveries';
import { createProductEvents, type ExpressionEvaluator } from './events';
import { createGateway, type Gateway } from './gateway';
import { makeInstallation, type Installation } from './installation';
import { createInvoker, findModule, NoSuchModule, type Invoker } from './invoke';
import { createKvsOperations } from './kvs/operations';
import { createKvsStore, type KvsStore } from './kvs/store';
import type { HostLog } from './log';
import type { Manifest } from './manifest';
import type { HostMeter } from './meter';
import { createQueues, type Queues } from './queue';
import { createRealtime, type Realtime } from './realtime';
import { createRemotes, type Remotes } from './remotes';
import { jiraRoutes } from './routes/jira';
import { kvsRoutes } from './routes/kvs';
import { outboundRoutes } from './routes/outbound';
import { realtimeRoutes } from './routes/realtime';
import { stargateRoutes } from './routes/stargate';
import { createRuntime, type Runtime } from './runtime';
import { startSchedule } from './schedule';
import { createWebTriggers, type WebTriggers } from './web-trigger';

/** What the platform is made of. */
export interface PlatformOptions {
  readonly manifest: Manifest;
  readonly cacheDir: string;
  readonly cloudId: string;
  readonly jira: JiraSite;
  readonly meter: HostMeter;
  readonly log: HostLog;
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly variables: Readonly<Record<string, string>>;
  readonly egressMap: Readonly<Record<string, string>>;
  readonly siteUrl: () => string;
  readonly evaluate: ExpressionEvaluator | undefined;
  /** Called after every change of what a snapshot holds. */
  readonly onChange: () => void;
}

/** The Forge platform with one app installed on one site. */
export interface Platform {
  readonly app: InstalledApp;
  readonly installation: Installation;
  readonly invoker: Invoker;
  readonly runtime: Runtime;
  readonly gateway: Gateway;
  readonly kvs: KvsStore;
  readonly deliveries: Deliveries;
  readonly queues: Queues;
  readonly webTriggers: WebTriggers;
  readonly realtime: Realtime;
  readonly remotes: Remotes;
  /** Bundles by handler file, with what each input contributes. */
  readonly bundles: ReadonlyMap<string, Bundle>;
  runSchedule(moduleKey: string): Promise<void>;
  /** Resolves when no invocation is running and nothing is due within `withinMs` (default 0: due now). */
  idle(withinMs?: number): Promise<void>;
  /** Bundles again and restarts the runtime; for a watching developer. */
  rebuild(): Promise<void>;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
  close(): Promise<void>;
}

const SnapshotSchema = v.object({
  kvs: v.unknown(),
  deliveries: v.unknown(),
  queues: v.unknown(),
  webTriggers: v.unknown(),
  remotes: v.unknown(),
});

const here = path.dirname(fileURLToPath(import.meta.url));

/** Bundles the runtime's child process; the result is cached by content. */
async function childFile(cacheDir: string): Promise<string> {
  const entry = path.join(here, 'runtime-child.ts');
  const options = { entry, baseDir: here, outDir: cacheDir, name: 'runtime-child.cjs' } as const;
  return (await bundle({ ...options, format: 'cjs', platform: 'node' })).file;
}

async function bundleHandlers(manifest: Manifest, cacheDir: string): Promise<Map<string, Bundle>> {
  const files = new Set([...manifest.functions.values()].map((declaration) => declaration.file));
  const built = [...files].map(async (file): Promise<[string, Bundle]> => {
    const entry = handlerSource(manifest.appDir, file);
    const name = `${file.replaceAll('/', '-')}.cjs`;
    const options = { entry, baseDir: manifest.appDir, outDir: cacheDir, name } as const;
    return [file, await bundle({ ...options, format: 'cjs', platform: 'node' })];
  });
  return new Map(await Promise.all(built));
}

/** A delivery's payload, with the retry context of the second try and later. */
function payloadOf(delivery: Delivery): Record<string, unknown> {
  const payload = v.parse(v.record(v.string(), v.unknown()), delivery.payload);
  if (delivery.retryCount === 0) return payload;
  const { retryCount, retryReason, retryData } = delivery;
  return {
    ...payload,
    retryContext: { retryCount, retryReason, ...(retryData === undefined ? {} : { retryData }) },
  };
}

/** Starts the platform: bundles the functions and starts the runtime process. */
export async function createPlatform(options: PlatformOptions): Promise<Platform> {
  const { manifest, cacheDir, jira, meter, log, clock, faults } = options;
  const installation = makeInstallation(manifest, options.cloudId);
  const [child, firstBundles] = await Promise.all([childFile(cacheDir), bundleHandlers(manifest, cacheDir)]);
  let bundles = firstBundles;
  const idleWaiters = new Set<() => void>();
  let checking = false;

  function changed(): void {
    options.onChange();
    if (checking) return;
    checking = true;
    setImmediate(() => {
      checking = false;
      for (const check of idleWaiters) check();
    });
  }

  const runtime = createRuntime({
    childFile: child,
    variables: options.variables,
    clock,
    onFetch: async (call, signal) => await gateway.fetch(call, signal),
    onLog: (invocationId, level, text) => {
      const functionKey =
        invocationId === undefined ? undefined : invoker.active.get(invocationId)?.functionKey;
      const from = {
        ...(invocationId === undefined ? {} : { invocationId }),
        ...(functionKey === undefined ? {} : { functionKey }),
      };
      log.write({ level, source: 'app', text, ...from });
    },
  });
  const invoker = createInvoker({
    manifest,
    installation,
    runtime,
    meter,
    log,
    siteUrl: options.siteUrl,
    proxyUrl: options.siteUrl,
    onEnd: changed,
    bundleFile: ({ file }) => bundles.get(file)?.file ?? '',
  });
  const deliveries = createDeliveries({
    clock,
    log,
    onChange: changed,
    onEnd: (delivery, end) => queues.ended(delivery, end),
    run: async (delivery) => await invoker[delivery.kind](delivery.moduleKey, payloadOf(delivery)),
  });
  const queues = createQueues(manifest, deliveries, meter, clock);
  const kvs = createKvsStore(clock, changed);
  const webTriggers = createWebTriggers(manifest, invoker, changed);
  const realtime = createRealtime(clock);
  const remotes = createRemotes(manifest, installation, clock, options.siteUrl, changed);
  const gateway = createGateway(
    [
      ...kvsRoutes(createKvsOperations(kvs, clock, manifest.entities), meter, manifest.scopes),
      ...jiraRoutes({ manifest, installation, jira, siteUrl: options.siteUrl }),
      ...stargateRoutes(webTriggers, queues, options.siteUrl),
      ...realtimeRoutes(realtime),
      ...outboundRoutes({ manifest, remotes, egressMap: options.egressMap }),
    ],
    invoker.active,
    log,
  );
  const events = createProductEvents({
    manifest,
    installation,
    deliveries,
    clock,
    faults,
    log,
    evaluate: options.evaluate,
  });

  async function runSchedule(moduleKey: string): Promise<void> {
    if (findModule(manifest, 'scheduledTrigger', moduleKey) === undefined) {
      throw new NoSuchModule(`No scheduledTrigger ${moduleKey} in the manifest`);
    }
    await invoker.scheduled(moduleKey);
  }

  const stopSchedule = startSchedule(manifest, clock, (moduleKey) => {
    // A scheduled trigger is not retried; the failure is in the log.
    runSchedule(moduleKey).catch(() => undefined);
  });
  const busy = (withinMs: number): boolean => invoker.active.size > 0 || deliveries.busy(withinMs);

  const app: InstalledApp = {
    appId: manifest.appId,
    appUuid: manifest.appUuid,
    environmentId: installation.environmentId,
    installationId: installation.installationId,
    accountId: installation.accountId,
    name: manifest.name,
    scopes: manifest.scopes,
    modules: manifest.modules,
    validate: async (moduleKey, payload) => await invoker.validator(moduleKey, payload),
    postFunction: (moduleKey, payload) =>
      deliveries.add({ kind: 'postFunction', moduleKey, payload, dueAt: clock.now() }),
    productEvent: (eventType, payload) => events.deliver(eventType, payload),
  };

  runtime.warm();
  return {
    app,
    installation,
    invoker,
    runtime,
    gateway,
    kvs,
    deliveries,
    queues,
    webTriggers,
    realtime,
    remotes,
    get bundles() {
      return bundles;
    },
    runSchedule,
    async idle(withinMs = 0) {
      while (busy(withinMs)) {
        await new Promise<void>((resolve) => {
          const check = (): void => {
            if (busy(withinMs)) return;
            idleWaiters.delete(check);
            resolve();
          };
          idleWaiters.add(check);
          setImmediate(check);
        });
      }
    },
    async rebuild() {
      bundles = await bundleHandlers(manifest, cacheDir);
      runtime.restart();
    },
    snapshot: () => ({
      kvs: kvs.snapshot(),
      deliveries: deliveries.snapshot(),
      queues: queues.snapshot(),
      webTriggers: webTriggers.snapshot(),
      remotes: remotes.snapshot(),
    }),
    restore(state) {
      const parts = v.parse(SnapshotSchema, state);
      kvs.restore(parts.kvs);
      queues.restore(parts.queues);
      webTriggers.restore(parts.webTriggers);
      remotes.restore(parts.remotes);
      deliveries.restore(parts.deliveries);
    },
    clear() {
      for (const part of [deliveries, queues, kvs, webTriggers, realtime, remotes]) part.clear();
    },
    async close() {
      stopSchedule();
      deliveries.stop();
      await runtime.close();
    },
  };
}
