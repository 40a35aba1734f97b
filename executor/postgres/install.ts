import { readFile } from 'node:fs/promises';
import { Client, escapeIdentifier } from 'pg';
import type { ConnectionConfig } from '../config';
import { executorGroup } from '../identity/logins';

const files = [
  '001-roles',
  '002-ledger',
  '003-functions',
  '006-before-images',
  '008-fences',
  '009-intents',
] as const;

/** Whose login uses a ledger, and how. */
export type LedgerUse = Pick<ConnectionConfig, 'url' | 'adminUrl' | 'identity'>;

async function sqlFile(name: string): Promise<string> {
  return readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/** Login name inside a connection URL. */
function loginOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/** What a part of the script grants, to whom. */
async function grants(file: string, name: 'login' | 'runner', who: string): Promise<string> {
  return (await sqlFile(file)).replaceAll(`:${name}`, escapeIdentifier(who));
}

/** Everything that `executor init` installs for a connection, as one readable script. Installing it again is harmless. */
export async function ledgerScript(connection: LedgerUse): Promise<string> {
  const parts = await Promise.all(files.map(sqlFile));
  const login = loginOf(connection.url);
  const own = connection.identity.mode === 'per-execution';
  const granted = [
    await grants('004-login', 'login', login),
    await grants('005-runner', 'runner', own ? executorGroup : login),
    ...(own ? [await grants('007-per-execution', 'login', login)] : []),
  ];
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
