import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../executor/config';
import { type FaultServer, startFaultServer } from '../../test/faults/support/server';
import { createWorld, makeTemplate, type World } from '../../test/faults/support/world';
import { run } from '../program';
import { killShipped, shippedProcess } from './shipped';

/** Login and role of the changes, for peers that run the same ones. */
export const role = 'faults_rw';
const login = 'faults_login';

/** The shipped executor over a PostgreSQL of its own, with the app played. */
export interface Stage {
  readonly server: FaultServer;
  readonly world: World;
  /** Address of the target database as the executor's login knows it. */
  readonly url: string;
  /** Files of the peers. */
  readonly folder: string;
  /** Another executor of the same kind with databases of its own, for a figure that needs other connections. */
  another(change: (input: ConfigInput) => ConfigInput, pooled?: true): Promise<World>;
  /** What the executor and the server are set to, in words. */
  settings(): Promise<string>;
  close(): Promise<void>;
}

const bundler = fileURLToPath(new URL('../../deploy/bundle.mjs', import.meta.url));

/** Limits are a part of every order and have no default: an order of the bench may take long. */
const limits = {
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 5_000,
  maxResultRows: 50,
  maxResultBytes: 16_384,
};

/** The configuration as it is shipped: nothing is set that has a default. */
function shipped(input: ConfigInput): ConfigInput {
  const { limits: _limits, ...rest } = input;
  return {
    ...rest,
    connections: input.connections.map(({ concurrency: _concurrency, ...connection }) => ({
      ...connection,
      limits,
    })),
  };
}

/** Bundles the executor and starts everything. */
export async function startStage(): Promise<Stage> {
  const server = await startFaultServer();
  try {
    const bundle = path.join(server.folder, 'bundle');
    await run(process.execPath, [bundler, bundle]);
    await makeTemplate(server);
    const processes = { next: () => shippedProcess(bundle) };
    const shared = { server, processes, seed: 1 };
    const world = await createWorld(shared, { change: shipped });
    return {
      server,
      world,
      url: server.postgres().loginUrl(login, 'secret', world.target),
      folder: server.folder,
      another: async (change, pooled) =>
        createWorld(shared, { change: (input) => change(shipped(input)), ...(pooled ? { pooled } : {}) }),
      settings: async () => settingsWords(server, world),
      async close() {
        await world.close();
        await server.close();
      },
    };
  } catch (error) {
    killShipped();
    await server.close();
    throw error;
  }
}

async function settingsWords(server: FaultServer, { config }: World): Promise<string> {
  const [connection] = config.connections;
  const rows = await server.sql<{ name: string; setting: string }>(
    'postgres',
    `select name, current_setting(name) as setting from pg_settings
     where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'wal_level') order by name`,
  );
  const { requests, maxRunning, leaseMs } = config.limits;
  return [
    `PostgreSQL ${server.version}: ${rows.map(({ name, setting }) => `${name} ${setting}`).join(', ')}.`,
    `Executor, as shipped: identity ${connection?.identity.mode}, concurrency ${connection?.concurrency} on the connection, ${maxRunning} at once, lease ` +
      `${leaseMs} ms, ${requests.perInstallation.perSecond} requests a second (${requests.perInstallation.burst} at ` +
      `once), ledger in the target, state database on the same server, no TLS (this machine only).`,
  ].join('\n');
}

/** Text of the change that leaves `id` as its mark. */
export const markSql = (id: string): string => `insert into marks (change) values ('${id}')`;
