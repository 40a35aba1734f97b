import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrustedAppInput } from '../../executor/config';
import type { Executor, ExecutorOptions } from '../../executor/create-executor';
import type { ExtraConnection, LocalExecutor } from '../../executor/local/prepare';
import { createHost, type Host, type HostOptions } from '../../host/create-host';
import { executorMachine } from './executor-machine';
import { executorTerminal } from './executor-terminal';
import { seed } from './seed';
import { adminCall, choosePolicies, enrol, provision } from './set-up-site';

export interface LocalSiteOptions {
  readonly appDir: string;
  /** Folder for databases, keys and the site's snapshot. */
  readonly dir: string;
  readonly ports?: { readonly site?: number; readonly panel?: number; readonly executor?: number };
  readonly fresh?: boolean;
  /** An empty site: Jira, an installed app, and an executor that trusts nobody; an admin does the rest in the browser. */
  readonly unprovisioned?: boolean;
  readonly banner?: string;
  readonly extraConnections?: readonly ExtraConnection[];
  /** Clock, faults and logs of the host, for tests. */
  readonly host?: Partial<HostOptions>;
  readonly executor?: ExecutorOptions;
  readonly onProgress?: (what: string) => void;
}

/** Jira, Forge, the executor and its databases, all on this machine. */
export interface LocalSite {
  readonly host: Host;
  executor(): Executor;
  readonly databases: LocalExecutor;
  /** Stops the executor, as a crash or an upgrade would; `startExecutor` brings it back at the same address. */
  stopExecutor(): Promise<void>;
  startExecutor(options?: ExecutorOptions): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything; the first time it provisions the site and enrols the executor as an admin would. */
export async function startLocalSite(options: LocalSiteOptions): Promise<LocalSite> {
  const { appDir, dir, onProgress = () => undefined } = options;
  const readyFile = path.join(dir, 'ready');
  // Others may pass but not list: PostgreSQL runs as another user when we are root. Every secret is a 0600 file.
  await mkdir(dir, { recursive: true, mode: 0o711 });
  if (options.fresh) {
    await rm(readyFile, { force: true });
    await rm(path.join(dir, 'executor.json'), { force: true });
  }
  const cloudId = await siteId(dir, options.fresh ?? false);
  onProgress('Starting Jira and Forge');
  const machine = executorMachine({
    dir,
    port: options.ports?.executor ?? 0,
    extraConnections: options.extraConnections ?? [],
    executor: options.executor,
  });
  const host = await createHost({
    appDir,
    seed: { ...seed, site: { ...seed.site, cloudId } },
    appName: 'Query Change',
    ports: { site: options.ports?.site ?? 0, panel: options.ports?.panel ?? 0 },
    snapshotFile: path.join(dir, 'site.json'),
    terminal: executorTerminal(machine),
    ...(options.fresh ? { fresh: true } : {}),
    ...(options.banner === undefined ? {} : { banner: options.banner }),
    ...options.host,
  });
  const closeAll = async (): Promise<void> => {
    await host.close();
    await machine.close();
  };
  const start = async (app?: TrustedAppInput): Promise<Executor> => {
    onProgress('Starting PostgreSQL and the executor');
    return machine.start(app);
  };
  try {
    if (options.unprovisioned) await start();
    else {
      await bringUp(host, start, readyFile, options);
    }
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    host,
    executor: () => machine.executor(),
    databases: machine.databases(),
    stopExecutor: () => machine.stop(),
    async startExecutor(executorOptions) {
      host.setRemote('executor', await machine.restart(executorOptions));
    },
    close: closeAll,
  };
}

/** Provisions and enrols the first time; later brings the executor back under the app's present keys. */
async function bringUp(
  host: Host,
  start: (app?: TrustedAppInput) => Promise<Executor>,
  readyFile: string,
  { extraConnections = [], onProgress = () => undefined }: LocalSiteOptions,
): Promise<void> {
  const wasReady = (await readFile(readyFile, 'utf8').catch(() => '')) === 'ready';
  if (wasReady) {
    host.setRemote('executor', (await start(await adminCall(host, 'enrolment-facts', {}))).url);
    await adminCall(host, 'test-executor', {});
  } else {
    onProgress('Setting up the site as an administrator');
    await provision(host);
    await enrol(host, start);
  }
  await choosePolicies(
    host,
    extraConnections.map(({ key }) => key),
  );
  await writeFile(readyFile, 'ready');
}

/**
 * Id of the site: kept between starts, new with a fresh one, so that a new site is a new installation to the executor,
 * whose ledgers remember the old site's changes.
 */
async function siteId(dir: string, fresh: boolean): Promise<string> {
  const file = path.join(dir, 'site-id');
  const known = fresh ? '' : await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known;
  const made = randomUUID();
  await writeFile(file, made);
  return made;
}
