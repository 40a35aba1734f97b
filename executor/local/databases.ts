import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import * as v from 'valibot';
import type { EmbeddedPostgres } from '../embedded/launcher';
import { seedShop } from '../shop/seed';

/** The demo's environments, each with a database of its own. */
export const demoEnvironments = ['dev', 'qa', 'prod'] as const;
export type DemoEnvironment = (typeof demoEnvironments)[number];

/** Name of an environment's shop database. */
export const shopDatabase = (environment: DemoEnvironment): string => `shop_${environment}`;
/** The executor's login in an environment: it makes the logins of executions. It can connect nowhere else. */
const shopLogin = (environment: DemoEnvironment): string => `qc_executor_${environment}`;
const stateDatabase = 'querychange_state';
const stateLogin = 'qc_state';

const Passwords = v.record(v.string(), v.string());

async function passwords(dir: string): Promise<Record<string, string>> {
  const file = join(dir, 'logins.json');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null) return v.parse(Passwords, JSON.parse(known));
  const logins = [stateLogin, ...demoEnvironments.map(shopLogin)];
  const made = Object.fromEntries(logins.map((login) => [login, randomBytes(24).toString('base64url')]));
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** Connection URLs of the demo. */
export interface DemoDatabases {
  readonly stateUrl: string;
  readonly shopUrl: (environment: DemoEnvironment) => string;
  readonly shopAdminUrl: (environment: DemoEnvironment) => string;
}

async function asSuperuser<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function ensureDatabase(client: Client, name: string, owner: string | null): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
  if (!rowCount) {
    const owned = owner === null ? '' : ` owner ${escapeIdentifier(owner)}`;
    await client.query(`create database ${escapeIdentifier(name)}${owned}`);
  }
  await client.query(`revoke all on database ${escapeIdentifier(name)} from public`);
}

/** Creates logins and databases of the demo in an embedded server; everything that is there already stays. */
export async function prepareDatabases(server: EmbeddedPostgres, dir: string): Promise<DemoDatabases> {
  const secrets = await passwords(dir);
  const secretOf = (login: string): string => secrets[login] ?? '';
  await asSuperuser(server.superuserUrl('postgres'), async (client) => {
    for (const login of Object.keys(secrets)) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [login]);
      const verb = rowCount ? 'alter' : 'create';
      const makes = login === stateLogin ? 'nocreaterole' : 'createrole';
      await client.query(
        `${verb} role ${escapeIdentifier(login)} login noinherit ${makes} password ${escapeLiteral(secretOf(login))}`,
      );
    }
    await ensureDatabase(client, stateDatabase, stateLogin);
    for (const environment of demoEnvironments) await ensureDatabase(client, shopDatabase(environment), null);
  });
  await Promise.all(
    demoEnvironments.map(async (environment) => {
      const url = server.superuserUrl(shopDatabase(environment));
      await seedShop(url, environment);
      const login = escapeIdentifier(shopLogin(environment));
      await asSuperuser(url, async (client) => {
        await client.query(
          `grant connect on database ${escapeIdentifier(shopDatabase(environment))} to ${login};
           grant shop_app_rw to ${login} with admin option, inherit false, set true`,
        );
      });
    }),
  );
  return {
    stateUrl: server.loginUrl(stateLogin, secretOf(stateLogin), stateDatabase),
    shopUrl: (environment) =>
      server.loginUrl(shopLogin(environment), secretOf(shopLogin(environment)), shopDatabase(environment)),
    shopAdminUrl: (environment) => server.superuserUrl(shopDatabase(environment)),
  };
}
