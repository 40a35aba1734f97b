import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { type Config, type ConfigInput, parseConfig, TrustedApp, type TrustedAppInput } from '../config';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../embedded/launcher';
import { markInitialised, notInitialised } from '../initialised';
import { installLedger } from '../postgres/install';
import { demoEnvironments, type DemoEnvironment, prepareDatabases } from './databases';

/** A connection of the user's own, beside the demo's. */
export interface ExtraConnection {
  readonly key: string;
  readonly name: string;
  readonly environment: 'dev' | 'qa' | 'staging' | 'prod';
  /** The URL itself, `${env:NAME}` or `${file:/path}`. */
  readonly url: string;
  readonly role: string;
  readonly searchPath?: string;
  /** Ignored, and refused, for prod. */
  readonly allowWrites?: boolean;
}

/** What {@link prepareLocalExecutor} needs. */
export interface LocalExecutorOptions {
  /** Folder for databases, keys and the written configuration. */
  readonly dir: string;
  readonly executorId?: string;
  /** The app whose orders are accepted; without it, those that were enrolled before, or none yet. */
  readonly app?: TrustedAppInput;
  /** accountIds that the executor itself accepts as approvers of prod. */
  readonly prodApprovers: readonly string[];
  readonly extraConnections?: readonly ExtraConnection[];
  /** Port of the executor; 0 (the default) takes a free one. */
  readonly port?: number;
}

/** A prepared local executor: start it with `createExecutor(config)`. */
export interface LocalExecutor {
  readonly config: Config;
  /** The same configuration as a file (mode 0600: it holds the URLs) for `executor serve --config`. */
  readonly configFile: string;
  readonly postgres: EmbeddedPostgres;
  /** Stops the embedded server. Close the executor first. */
  stop(): Promise<void>;
}

const limits = {
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5_000,
  maxResultRows: 200,
  maxResultBytes: 100 * 1024,
};

function shopConnection(
  environment: DemoEnvironment,
  url: string,
  adminUrl: string,
  prodApprovers: readonly string[],
): ConfigInput['connections'][number] {
  const prod = environment === 'prod';
  return {
    key: `shop-${environment}`,
    name: `Shop (${environment})`,
    environment,
    dataClasses: prod ? ['personal'] : ['synthetic'],
    url,
    adminUrl,
    role: 'shop_app_rw',
    searchPath: 'shop',
    limits,
    ledgerMode: 'target',
    writable: true,
    results: prod ? 'restricted' : 'public',
    minimumApprovals: prod ? 2 : 1,
    protected: prod,
    approvers: prod ? [...prodApprovers] : [],
    exports: {},
  };
}

function ownConnection(extra: ExtraConnection): ConfigInput['connections'][number] {
  const writable = extra.allowWrites === true;
  if (writable && extra.environment === 'prod') {
    throw new Error(
      `${extra.key} is labelled prod: the local set-up, where one person plays everybody, never writes there`,
    );
  }
  const { key, name, environment, url, role, searchPath } = extra;
  return {
    key,
    name,
    environment,
    url,
    role,
    ...(searchPath === undefined ? {} : { searchPath }),
    limits,
    ledgerMode: writable ? 'target' : 'state',
    writable,
    results: 'restricted',
    minimumApprovals: 1,
    protected: false,
    // A developer's own database usually has one login, which owns everything and may not make others.
    identity: { mode: 'shared' },
    allowPrivilegedLogin: environment !== 'prod',
  };
}

/** Apps that the configuration of an earlier start trusts. */
async function enrolledBefore(configFile: string): Promise<TrustedAppInput[]> {
  const text = await readFile(configFile, 'utf8').catch(() => null);
  return text === null
    ? []
    : v.parse(v.object({ trustedApps: v.array(TrustedApp) }), JSON.parse(text)).trustedApps;
}

/**
 * Starts the embedded server, makes the demo's databases and writes the configuration of a local executor.
 * The demo's own connections are initialised here; the user's own wait for `executor init`.
 * @throws Error when the configuration would not be valid (every problem on a line of its own)
 */
export async function prepareLocalExecutor(options: LocalExecutorOptions): Promise<LocalExecutor> {
  const { dir } = options;
  await mkdir(dir, { recursive: true }); // what is secret in it has a mode of its own, and `nobody` must get through
  const stateDir = join(dir, 'executor');
  const configFile = join(dir, 'executor.json');
  const postgres = await startEmbeddedPostgres({ dataDir: join(dir, 'postgres') });
  try {
    const databases = await prepareDatabases(postgres, stateDir);
    const input: ConfigInput = {
      executorId: options.executorId ?? 'local-executor',
      listen: { host: '127.0.0.1', port: options.port ?? 0 },
      stateDir,
      state: { url: databases.stateUrl },
      trustedApps: options.app ? [options.app] : await enrolledBefore(configFile),
      connections: [
        ...demoEnvironments.map((environment) =>
          shopConnection(
            environment,
            databases.shopUrl(environment),
            databases.shopAdminUrl(environment),
            options.prodApprovers,
          ),
        ),
        ...(options.extraConnections ?? []).map(ownConnection),
      ],
    };
    const parsed = parseConfig(input, { env: process.env, baseDir: dir });
    if (!parsed.ok) throw new Error(parsed.error.join('\n'));
    const ours = new Set(demoEnvironments.map((environment) => `shop-${environment}`));
    for (const connection of parsed.value.connections.filter(({ key }) => ours.has(key))) {
      if ((await notInitialised(stateDir, connection.key)) === null) continue;
      await installLedger(connection);
      await markInitialised(stateDir, connection.key, 'applied');
    }
    await writeFile(configFile, `${JSON.stringify(input, null, 2)}\n`, { mode: 0o600 });
    return { config: parsed.value, configFile, postgres, stop: () => postgres.stop() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
