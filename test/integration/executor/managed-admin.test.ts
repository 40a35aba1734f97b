import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { poolLogins } from '../../../executor/identity/pool-logins';
import { ledgerScript } from '../../../executor/postgres/install';
import { startTestServer, type TestServer } from '../../support/postgres';

/**
 * Managed services give no superuser but an administrator with CREATEROLE and CREATEDB. Such a login sets everything up.
 */
let server: TestServer;
const tag = randomBytes(4).toString('hex');
const named = (name: string): string => `${name}_${tag}`;
const admin = named('admin');
const executor = named('executor');
const role = named('role');
const database = named('database');
const owner = named('owner');
const group = named('group');

beforeAll(async () => {
  server = await startTestServer();
  await server.admin('postgres', `create role ${admin} login createrole createdb password 'secret'`);
});
afterAll(async () => {
  await server.admin('postgres', `drop database if exists ${database} with (force)`);
  await server.admin('postgres', `drop role if exists ${executor}, ${role}, ${owner}, ${group}`);
  await server.admin('postgres', `drop role if exists ${admin}`);
  await server.stop();
});

async function asAdmin(on: string, ...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: server.postgres.loginUrl(admin, 'secret', on) });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

test('an administrator without superuser sets up login, grants and ledger', async () => {
  await asAdmin('postgres', `create database ${database}`);
  await asAdmin(
    database,
    `create role ${role}`,
    `create role ${executor} login noinherit createrole password 'secret'`,
    `grant ${role} to ${executor} with admin option, inherit false, set true`,
    `create role ${owner} nologin noinherit`,
    `grant ${owner} to current_user with set true, inherit true`,
  );
  const script = await ledgerScript({
    url: server.postgres.loginUrl(executor, 'secret', database),
    identity: { mode: 'per-execution' },
    role,
  });
  // Roles belong to the server, and other tests have made those of the script there as a superuser.
  const own = script.replaceAll('querychange_owner', owner).replaceAll('querychange_executor', group);
  await asAdmin(database, own);
  await asAdmin(database, own);
  await asAdmin(database, `revoke ${owner} from current_user`);
  const client = new Client({ connectionString: server.postgres.loginUrl(executor, 'secret', database) });
  await client.connect();
  const { rows } = await client.query('select querychange.schema_version() > 0 as there');
  await client.end();
  expect(rows).toEqual([{ there: true }]);
});

test('such an administrator makes a pool of logins, too', async () => {
  const [place, login, broker] = [named('pool_database'), named('pool_executor'), named('broker')];
  const url = server.postgres.loginUrl(login, 'secret', place);
  const logins = poolLogins({ url, role }, 3);
  await asAdmin('postgres', `create database ${place}`);
  try {
    await asAdmin(
      place,
      `create role ${login} login password 'secret'`,
      `grant ${role} to ${login}`,
      `create role ${broker} nologin createrole`,
      `grant ${broker}, ${owner} to current_user with set true, inherit true`,
    );
    const script = await ledgerScript({ url, identity: { mode: 'pooled', logins: 3 }, role });
    const own = script
      .replaceAll('querychange_owner', owner)
      .replaceAll('querychange_executor', group)
      .replaceAll('querychange_broker', broker);
    await asAdmin(place, own);
    await asAdmin(place, own);
    await asAdmin(place, `revoke ${broker}, ${owner} from current_user`);
    const client = new Client({ connectionString: url });
    await client.connect();
    const opening = `select querychange.open_pool_logins($1, 'x', $2::text[], true) as names`;
    const opened = await client.query(opening, [role, logins]);
    expect(opened.rows).toEqual([{ names: logins }]);
    await client.query(`select querychange.seal_pool_logins('x', $1::text[])`, [logins]);
    await client.end();
  } finally {
    await server.admin('postgres', `drop database ${place} with (force)`);
    await server.admin('postgres', `drop role if exists ${[...logins, login, broker].join(', ')}`);
  }
});
