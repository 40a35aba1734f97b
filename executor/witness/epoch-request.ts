import { mkdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { UtcTime } from '#core/protocol/claims';
import { HaltFile } from '../halt/halts';
import { replaceFile } from '../replace-file';
import { ChainPlace } from './place';

/** That an admin wants a new epoch of the receipt chain. */
const EpochRequest = v.strictObject({
  reason: HaltFile.entries.reason,
  at: UtcTime,
  /** The epoch that ends, as this executor knows it: a request for another one is over. */
  ends: v.pick(ChainPlace, ['id', 'epoch']),
});
export type EpochRequest = v.InferOutput<typeof EpochRequest>;

const file = (stateDir: string): string => join(stateDir, 'new-epoch.json');

/** The request that waits, or null. What cannot be understood asks for nothing. */
export function readEpochRequest(stateDir: string): EpochRequest | null {
  try {
    return v.parse(EpochRequest, JSON.parse(readFileSync(file(stateDir), 'utf8')));
  } catch {
    return null;
  }
}

/**
 * Asks for a new epoch; durable when this resolves.
 * @throws Error when the reason is empty, too long or of several lines
 */
export async function writeEpochRequest(
  stateDir: string,
  { reason, ends, nowMs }: { reason: string; ends: EpochRequest['ends']; nowMs: number },
): Promise<void> {
  const request = v.safeParse(EpochRequest, { reason, ends, at: new Date(nowMs).toISOString() });
  if (!request.success) throw new Error('the reason must be one line of 1 to 200 characters');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  await replaceFile(file(stateDir), `${JSON.stringify(request.output)}\n`, 0o600);
}

/** The request was carried out, or is over. */
export async function dropEpochRequest(stateDir: string): Promise<void> {
  await rm(file(stateDir), { force: true });
}
