import { mkdir, rm } from 'node:fs/promises';
import * as v from 'valibot';
import type { Config } from '../config';
import { HaltFile, haltFile, haltOf, haltsDir, haltWords } from '../halt/halts';
import { replaceFile } from '../replace-file';

/** One connection, or all of them. */
export type Halted = { readonly connection: string } | 'all';

function connectionOf(config: Config, what: Halted): string | null {
  if (what === 'all') return null;
  const known = config.connections.map(({ key }) => key);
  if (known.includes(what.connection)) return what.connection;
  throw new Error(
    `there is no connection ${what.connection}; the configuration has: ${known.join(', ') || 'none'}`,
  );
}

const words = (connection: string | null): string => connection ?? 'every connection';

/**
 * `executor halt`: from now on nothing begins there, and what has not committed is rolled back, until `executor resume`.
 * Works without the app, the network and the databases; a running executor sees it within a quarter of a second, and a
 * later start too. Durable when this resolves.
 * @throws Error when there is no such connection or the reason is empty, too long or of several lines
 */
export async function haltWork(config: Config, what: Halted, reason: string, nowMs: number): Promise<string> {
  const connection = connectionOf(config, what);
  const halt = v.safeParse(HaltFile, { reason, at: new Date(nowMs).toISOString() });
  if (!halt.success) throw new Error('the reason must be one line of 1 to 200 characters');
  await mkdir(haltsDir(config.stateDir), { recursive: true, mode: 0o700 });
  await replaceFile(haltFile(config.stateDir, connection), `${JSON.stringify(halt.output)}\n`, 0o600);
  return `Halted: ${words(connection)}. Orders are refused; what had not committed is rolled back within seconds.\n`;
}

/**
 * `executor resume`: lifts the halt that `executor halt` with the same choice made, and says what is still halted. What
 * was refused meanwhile does not come back by itself: a person runs it again.
 * @throws Error when there is no such connection
 */
export async function resumeWork(config: Config, what: Halted): Promise<string> {
  const connection = connectionOf(config, what);
  await rm(haltFile(config.stateDir, connection), { force: true });
  const still = config.connections.flatMap(({ key }) => {
    const halt = haltOf(config.stateDir, key);
    return halt ? [`${key}: ${haltWords(halt)}\n`] : [];
  });
  return `Lifted: ${words(connection)}.\n${still.length > 0 ? `Still halted:\n${still.join('')}` : ''}`;
}
