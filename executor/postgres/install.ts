import { readFile } from 'node:fs/promises';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { ConnectionConfig } from '../config';
import { executorGroup } from '../identity/logins';
import { loginOf, poolLogins } from '../identity/pool-logins';

const files = [
  '001-roles',
  '002-ledger',
  '003-functions',
  '006-before-images',
  '008-fences',
  '009-intents',
] as const;

/** Whose login uses a ledger, and how. */
export type LedgerUse = Pick<ConnectionConfig, 'url' | 'adminUrl' | 'identity' | 'role'>;

async function sqlFile(name: string): Promise<string> {
  return readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/** A part of the script with its names put in. */
async function part(file: string, names: Readonly<Record<string, string>>): Promise<string> {
  let text = await sqlFile(file);
  for (const [name, value] of Object.entries(names)) {
    text = text
      .replaceAll(`:'${name}'`, () => escapeLiteral(value))
      .replaceAll(`:${name}`, () => escapeIdentifier(value));
  }
  return text;
}

/** Who may do what, by the identity of the connection. */
async function grants({ url, identity, role }: LedgerUse, login: string): Promise<string[]> {
  const looks = await part('004-login', { login });
  switch (identity.mode) {
    case 'shared':
      return [looks, await part('005-runner', { runner: login })];
    case 'per-execution':
      return [
        looks,
        await part('005-runner', { runner: executorGroup }),
        await part('007-per-execution', { login }),
      ];
    default: {
      const each = poolLogins({ url, role }, identity.logins).map(async (runner) => [
        await part('012-pool-login', { runner, login, role }),
        await part('005-runner', { runner }),
      ]);
      return [
        looks,
        await sqlFile('010-pool'),
        await part('011-pool-executor', { login }),
        ...(await Promise.all(each)).flat(),
      ];
    }
  }
}

/** Everything that `executor init` installs for a connection, as one readable script. Installing it again is harmless. */
export async function ledgerScript(connection: LedgerUse): Promise<string> {
  const parts = await Promise.all(files.map(sqlFile));
  const granted = await grants(connection, loginOf(connection.url));
  const given = 'revoke create on schema querychange from querychange_owner;';
  return ['begin;', ...parts, ...granted, given, 'commit;', ''].join('\n');
}

/** Installs the ledger schema with the connection's admin login. */
export async function installLedger(connection: LedgerUse): Promise<void> {
  const client = new Client({
    connectionString: connection.adminUrl ?? connection.url,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(await ledgerScript(connection));
  } finally {
    await client.end();
  }
}
