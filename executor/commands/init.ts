import type { Config } from '../config';
import { markInitialised } from '../initialised';
import { installLedger, ledgerScript } from '../postgres/install';

/**
 * `executor init`: shows or installs what the executor wants to have in a target database. Either makes the connection
 * usable as far as the executor is concerned; a connection that takes changes also needs the schema to be there.
 * @throws Error when there is no such connection, or the database refuses
 */
export async function initConnection(config: Config, key: string, how: 'print' | 'apply'): Promise<string> {
  const connection = config.connections.find((candidate) => candidate.key === key);
  if (!connection) {
    const known = config.connections.map((candidate) => candidate.key).join(', ');
    throw new Error(`there is no connection ${key}; the configuration has: ${known || 'none'}`);
  }
  if (how === 'apply') {
    await installLedger(connection);
    await markInitialised(config.stateDir, key, 'applied');
    return `The schema "querychange" is installed for ${key}.\n`;
  }
  await markInitialised(config.stateDir, key, 'shown');
  return ledgerScript(connection);
}
