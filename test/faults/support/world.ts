import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConnectionInfo } from '#core/protocol/connection';
import type { PublicJwk } from '#core/protocol/jwk';
import { publicHalf } from '#core/protocol/jws';
import type { OrderClaims } from '#core/protocol/order';
import { type Config, type ConfigInput, parseConfig } from '../../../executor/config';
import { markInitialised } from '../../../executor/initialised';
import { installLedger } from '../../../executor/postgres/install';
import { loadSigningKey } from '../../../executor/signing-key';
import {
  buildOrder,
  createTestApp,
  executorId,
  installation,
  type OrderWish,
  publicKeyOf,
  recorded,
  type TestApp,
} from '../../integration/executor/support/app';
import type { Start } from '../executor-process';
import { type HostileReceiver, startHostileReceiver } from './hostile-receiver';
import type { ExecutorProcess } from './process';
import { chance, type Chance } from './random';
import type { FaultServer } from './server';

/** What all rows of a run share. */
export interface Shared {
  readonly server: FaultServer;
  readonly processes: { next(): ExecutorProcess };
  readonly seed: number;
}

/** One executor with a target and a state database of its own, and the app that it works for. */
export interface World extends Shared {
  readonly app: TestApp;
  readonly receiver: HostileReceiver;
  readonly random: Chance;
  /** Where the target is; the state database is on `server`. */
  readonly targetServer: FaultServer;
  readonly config: Config;
  /** Names of the two databases. */
  readonly target: string;
  readonly state: string;
  /** Where the configuration of the processes stands, as it was parsed. */
  readonly configFile: string;
  /** Key under which receipts must verify. */
  readonly receiptKey: PublicJwk;
  /** Starts the next executor process; false when it ended before it was ready. */
  start(changes?: Partial<Start>): Promise<boolean>;
  /** The process that was started last. */
  process(): ExecutorProcess;
  /** From here on there is nobody to send to, until the next start. */
  gone(): void;
  /** The executor's address; waits while there is none. */
  address(): Promise<string>;
  order(wish: OrderWish, connection?: string): Promise<OrderClaims>;
  close(): Promise<void>;
}

/** Special wishes for a world. */
export interface WorldWishes {
  /** Share of receipts that the app treats badly. */
  readonly badness?: number;
  /** Port at which the executor reaches the target, and the state database, when not the server's own. */
  readonly targetPort?: number;
  readonly statePort?: number;
  readonly change?: (input: ConfigInput) => ConfigInput;
  /** Where the target is, when not beside the state database. It has the template. */
  readonly targetServer?: FaultServer;
  /** Where both databases lie, when not with the others. */
  readonly tablespace?: string;
  /** Changes take turns with logins that are there already; also where a login per execution could be made. */
  readonly pooled?: true;
}

/** The same configuration as people write it; beside the parsed one. */
export const inputFile = 'input.json';

const unlimited = { perSecond: 100_000, burst: 100_000 };
const login = 'faults_login';
/** The executor's login where changes take turns with logins of a pool: it can make none. */
const poolLogin = 'faults_pool_login';
const template = 'faults_template';
const limits = { statementTimeoutMs: 2_000, lockTimeoutMs: 1_000, maxResultRows: 50, maxResultBytes: 16_384 };
let worlds = 0;

/** Marks are only ever added, by the changes themselves: what they say does not depend on the executor. */
const targetSql = (perExecution: boolean): string => `
  create table marks (change text not null, xid xid8 not null default pg_current_xact_id());
  create table counters (change text primary key, n integer not null);
  create role faults_rw nologin;
  create role ${poolLogin} login password 'secret';
  grant faults_rw to ${poolLogin};
  create role ${login} login noinherit ${perExecution ? 'createrole' : 'nocreaterole'} password 'secret';
  grant faults_rw to ${login}${perExecution ? ' with admin option, inherit false, set true' : ''};
  grant insert on marks to faults_rw;
  grant select, insert, update on counters to faults_rw`;

const pool = { mode: 'pooled', logins: 24 } as const;

const identityOn = ({ loginPerExecution }: FaultServer) => ({
  mode: loginPerExecution ? ('per-execution' as const) : ('shared' as const),
});

/** Makes the database that every world gets a copy of. Once, before the first world. */
export async function makeTemplate(server: FaultServer): Promise<void> {
  await server.sql('postgres', `create database ${template}`);
  await server.sql(template, targetSql(server.loginPerExecution));
  const postgres = server.postgres();
  await installLedger({
    url: postgres.loginUrl(login, 'secret', template),
    adminUrl: postgres.superuserUrl(template),
    identity: identityOn(server),
    role: 'faults_rw',
  });
  await server.leave(template);
}

function onPort(url: string, port: number | undefined): string {
  const changed = new URL(url);
  if (port !== undefined) changed.port = String(port);
  return changed.href;
}

async function makeConfig(
  shared: Shared,
  names: { target: string; state: string; stateDir: string; receiptUrl: string },
  app: TestApp,
  wishes: WorldWishes,
): Promise<{ readonly input: ConfigInput; readonly config: Config }> {
  const { server, targetServer = server } = { ...shared, ...wishes };
  const connection = {
    environment: 'dev' as const,
    url: onPort(
      targetServer.postgres().loginUrl(wishes.pooled ? poolLogin : login, 'secret', names.target),
      wishes.targetPort,
    ),
    role: 'faults_rw',
    searchPath: 'public',
    limits,
    identity: wishes.pooled ? pool : identityOn(targetServer),
    writable: true,
    concurrency: 8,
  };
  const usual: ConfigInput = {
    executorId,
    stateDir: names.stateDir,
    state: { url: onPort(server.postgres().superuserUrl(names.state), wishes.statePort) },
    trustedApps: [{ installation, keys: [publicKeyOf(app)], receiptUrl: names.receiptUrl }],
    connections: [{ ...connection, key: 'main', name: 'Main' }],
    // The suite is no flood to be held back: what the limits do is tested elsewhere.
    limits: { requests: { perInstallation: unlimited, overall: unlimited, strangers: unlimited } },
  };
  const input = wishes.change?.(usual) ?? usual;
  const parsed = parseConfig(input, { env: {}, baseDir: names.stateDir });
  if (!parsed.ok) throw new Error(parsed.error.join('\n'));
  for (const { key } of parsed.value.connections.filter((one) => one.key !== 'shut'))
    await markInitialised(names.stateDir, key, 'applied');
  return { input, config: parsed.value };
}

/** Makes the databases and the configuration, and starts the executor once to learn its connections. */
export async function createWorld(shared: Shared, wishes: WorldWishes = {}): Promise<World> {
  const { server, seed } = shared;
  const { targetServer = server } = wishes;
  worlds += 1;
  const target = `target_${worlds}`;
  const state = `state_${worlds}`;
  const place = wishes.tablespace === undefined ? '' : ` tablespace ${wishes.tablespace}`;
  await targetServer.sql('postgres', `create database ${target} template ${template}${place}`);
  await server.sql('postgres', `create database ${state}${place}`);
  if (wishes.pooled) {
    const postgres = targetServer.postgres();
    const url = postgres.loginUrl(poolLogin, 'secret', target);
    await installLedger({ url, adminUrl: postgres.superuserUrl(target), identity: pool, role: 'faults_rw' });
  }
  const folder = path.join(server.folder, `executor-${worlds}`);
  const stateDir = path.join(folder, 'state');
  await mkdir(stateDir, { recursive: true });
  const random = chance(seed + worlds * 7_919);
  const app = await createTestApp();
  const receiver = await startHostileReceiver(chance(seed + worlds * 104_729), wishes.badness ?? 0);
  const names = { target, state, stateDir, receiptUrl: receiver.url };
  const { input, config } = await makeConfig(shared, names, app, wishes);
  const configFile = path.join(folder, 'config.json');
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  // For the executor as it is shipped, which parses what it is given.
  await writeFile(path.join(folder, inputFile), JSON.stringify(input), { mode: 0o600 });
  const receiptKey = publicHalf(await loadSigningKey(stateDir));

  let current: ExecutorProcess | null = null;
  let url: string | null = null;
  let waiting: ((url: string) => void)[] = [];
  let known = new Map<string, ConnectionInfo>();
  const world: World = {
    ...shared,
    targetServer,
    app,
    receiver,
    random,
    config,
    target,
    state,
    configFile,
    receiptKey,
    async start(changes = {}) {
      current = shared.processes.next();
      const started = current;
      const at = await started.serve({ configFile, crash: null, clockMs: 0, ...changes });
      if (at === null || started !== current) return false;
      url = at;
      for (const done of waiting.splice(0)) done(at);
      return true;
    },
    process() {
      if (current === null) throw new Error('no executor was started');
      return current;
    },
    gone() {
      url = null;
    },
    address: async () => url ?? new Promise((done) => (waiting = [...waiting, done])),
    async order(wish, key = 'main') {
      if (known.size === 0) {
        const found = await app.connections(await world.address());
        known = new Map(found.map((one) => [one.key, one]));
      }
      const connection = known.get(key);
      if (!connection) throw new Error(`no connection ${key}`);
      return buildOrder(connection, await recorded(app, await world.address(), connection, wish));
    },
    async close() {
      await current?.kill();
      await receiver.close();
      await Promise.all([targetServer.leave(target), server.leave(state)]);
      await targetServer.sql('postgres', `drop database ${target} with (force)`);
      await server.sql('postgres', `drop database ${state} with (force)`);
    },
  };
  if (!(await world.start())) throw new Error(`the executor did not start: ${await world.process().ended}`);
  await world.order({});
  return world;
}
