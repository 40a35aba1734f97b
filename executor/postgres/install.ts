import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import type { ConnectionConfig } from '../config';
import { forLogin } from './ledger';

const files = ['001-roles', '002-ledger', '003-functions', '006-before-images', '008-fences'] as const;

async function sqlFile(name: string): Promise<string> {
  return readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/** Login name inside a connection URL. */
function loginOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/** Everything that `executor init` installs for a connection, as one readable script. Installing it again is harmless. */
export async function ledgerScript(connection: ConnectionConfig): Promise<string> {
  const parts = await Promise.all(files.map(sqlFile));
  const login = forLogin(await sqlFile('004-login'), loginOf(connection.url));
  return ['begin;', ...parts, login, 'commit;', ''].join('\n');
}

/** Installs the ledger schema with the connection's admin login. */
export async function installLedger(connection: ConnectionConfig): Promise<void> {
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
