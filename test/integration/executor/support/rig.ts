import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, type ConfigInput, parseConfig } from '../../../../executor/config';
import { createExecutor, type Executor, type ExecutorOptions } from '../../../../executor/create-executor';
import { markInitialised } from '../../../../executor/initialised';
import { installLedger } from '../../../../executor/postgres/install';
import { seedShop } from '../../../../executor/shop/seed';
import type { ConnectionInfo } from '#core/protocol/connection';
import { type binaries15, startTestServer, type TestServer } from '../../../support/postgres';
import {
  buildOrder,
  createTestApp,
  executorId,
  installation,
  type OrderWish,
  publicKeyOf,
  recorded,
  type Reply,
  type TestApp,
} from './app';
import { readReceipt, type Receiver, type SeenReceipt, startReceiver } from './receiver';
import type { OrderClaims } from '#core/protocol/order';

type ConnectionInput = ConfigInput['connections'][number];

/** A real executor over real databases, with the app played by {@link TestApp}. */
export interface Rig {
  readonly server: TestServer;
  readonly app: TestApp;
  readonly receiver: Receiver;
  readonly config: Config;
  readonly database: string;
  executor: Executor;
  connection(key?: string): Promise<ConnectionInfo>;
  order(wish?: OrderWish, key?: string): Promise<OrderClaims>;
  send(claims: OrderClaims): Promise<Reply>;
  /** Sends an order and waits for its receipt. */
  run(wish?: OrderWish, key?: string): Promise<SeenReceipt>;
  receipt(jti: string): Promise<SeenReceipt>;
  /** Rows of a query on the target, as superuser. */
  sql<T extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
  restart(options?: ExecutorOptions): Promise<void>;
  close(): Promise<void>;
}

const limits = { statementTimeoutMs: 5_000, lockTimeoutMs: 2_000, maxResultRows: 50, maxResultBytes: 16_384 };

/** A connection beside `main` whose executions take turns with logins that are there already. */
export function withPool(input: ConfigInput, wish: Partial<ConnectionInput> = {}): ConfigInput {
  const [main, read] = input.connections;
  if (!main || !read) throw new Error('no connection');
  const pooled = { ...main, key: 'pooled', name: 'Pooled', url: read.url, concurrency: 2 };
  const identity = { mode: 'pooled' as const, logins: 6 };
  return { ...input, connections: [...input.connections, { ...pooled, identity, ...wish }] };
}

/** Changes of `main` take turns with logins of a pool, as they must before PostgreSQL 16. */
export function allPooled(input: ConfigInput): ConfigInput {
  const [main, read] = input.connections;
  if (!main || !read) throw new Error('no connection');
  const identity = { mode: 'pooled' as const, logins: 6 };
  return { ...input, connections: [{ ...main, url: read.url, concurrency: 2, identity }, read] };
}

/** Starts a rig with the connections `main` (writable), `read`, `guarded` (protected) and `bare` (no ledger schema). */
export async function startRig(
  options: ExecutorOptions = {},
  change: (input: ConfigInput) => ConfigInput = (input) => input,
  binaries?: typeof binaries15,
): Promise<Rig> {
  const server = await startTestServer(binaries);
  const tag = randomBytes(4).toString('hex');
  const database = `target_${tag}`;
  await server.template('shop_template', async (url) => void (await seedShop(url, 'dev')));
  await server.clone('shop_template', database);
  await server.admin('postgres', `create database state_${tag}`);
  // Before 16 a role inherits everything or nothing, and logins of a pool are ended by inheriting them.
  const oldest = binaries !== undefined;
  const login = `maker_${tag}`;
  const reader = `reader_${tag}`;
  await server.admin(
    database,
    `create role ${login} login noinherit createrole password 'secret';
     grant shop_app_rw, shop_app_ro to ${login} with admin option${oldest ? '' : ', inherit false, set true'};
     create role ${reader} login ${oldest ? 'inherit' : 'noinherit'} password 'secret'; grant shop_app_rw, shop_app_ro to ${reader};
     create table shop.counters (id int primary key, n int not null); insert into shop.counters values (1, 0);
     alter table shop.counters owner to shop_owner; grant all on shop.counters to shop_app_rw, shop_app_ro;
     grant create on schema shop to shop_app_rw`,
  );
  const app = await createTestApp();
  const receiver = await startReceiver();
  const stateDir = await mkdtemp(join(tmpdir(), 'qc-executor-'));
  const base = {
    environment: 'dev' as const,
    url: server.postgres.loginUrl(login, 'secret', database),
    adminUrl: server.postgres.superuserUrl(database),
    role: 'shop_app_rw',
    searchPath: 'shop',
    limits,
    writable: true,
  };
  const shared = server.postgres.loginUrl(reader, 'secret', database);
  const connections: ConnectionInput[] = [
    { ...base, key: 'main', name: 'Main' },
    {
      ...base,
      key: 'read',
      name: 'Read',
      url: shared,
      role: 'shop_app_ro',
      ledgerMode: 'state',
      writable: false,
    },
    {
      ...base,
      key: 'guarded',
      name: 'Guarded',
      environment: 'prod',
      minimumApprovals: 2,
      approvers: ['approver-1', 'approver-2', 'author-1'],
    },
    { ...base, key: 'listless', name: 'No list', environment: 'prod' },
    { ...base, key: 'shut', name: 'Not initialised' },
  ];
  const parsed = parseConfig(
    change({
      executorId,
      stateDir,
      state: { url: server.postgres.superuserUrl(`state_${tag}`) },
      trustedApps: [{ installation, keys: [publicKeyOf(app)], receiptUrl: receiver.url }],
      connections,
    }),
    { env: {}, baseDir: stateDir },
  );
  if (!parsed.ok) throw new Error(parsed.error.join('\n'));
  const config = parsed.value;
  for (const connection of config.connections.filter(({ key }) => key !== 'shut')) {
    if (connection.writable)
      await installLedger({ ...connection, adminUrl: server.postgres.superuserUrl(database) });
    await markInitialised(stateDir, connection.key, 'applied');
  }
  const rig: Rig = {
    server,
    app,
    receiver,
    config,
    database,
    executor: await createExecutor(config, options),
    async connection(key = 'main') {
      const found = (await app.connections(rig.executor.url)).find((one) => one.key === key);
      if (!found) throw new Error(`no connection ${key}`);
      return found;
    },
    async order(wish = {}, key = 'main') {
      const connection = await rig.connection(key);
      return buildOrder(connection, await recorded(app, rig.executor.url, connection, wish));
    },
    send: (claims) => app.sendOrder(rig.executor.url, claims),
    async run(wish = {}, key = 'main') {
      const claims = await rig.order(wish, key);
      const { status, reply } = await rig.send(claims);
      if (status !== 202) throw new Error(`the order was refused: ${JSON.stringify(reply)}`);
      return rig.receipt(claims.jti);
    },
    receipt: async (jti) => readReceipt(await receiver.receipt(jti), rig.executor.publicJwk),
    sql: (text, values) => server.admin(database, text, values),
    async restart(next = {}) {
      await rig.executor.close();
      rig.executor = await createExecutor(config, next);
    },
    async close() {
      await rig.executor.close();
      await receiver.close();
      await server.admin('postgres', `drop database ${database} with (force)`);
      await server.admin('postgres', `drop database state_${tag} with (force)`);
      // Spares of processes that a test has killed, and that nobody has swept yet.
      const left = await server.admin<{ name: string }>(
        'postgres',
        `select rolname::text as name from pg_roles
         where rolname ~ '^qc_[sx]_' and pg_has_role('${login}', oid, 'member with admin option')
           or rolname ~ '^qc_p_' and pg_has_role('${reader}', oid, 'member')`,
      );
      const roles = [...left.map(({ name }) => name), login, reader];
      await server.admin('postgres', `drop role ${roles.join(', ')}`);
      await rm(stateDir, { recursive: true });
      await server.stop();
    },
  };
  return rig;
}
