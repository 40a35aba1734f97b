import * as v from 'valibot';
import { isSameDatabase } from '#core/protocol/claims';
import type { PrivateJwk } from '#core/protocol/jwk';
import { ReceiptClaims } from '#core/protocol/receipt';
import type { Sender } from '../deliver/sender';
import type { Log } from '../log';
import type { Counters } from '../metrics/counters';
import type { Target } from '../postgres/target';
import { storeLost } from '../state/receipts';
import type { StateStore } from '../state/store';
import { keepMark, readMark, type Succeeded, succeededOf, type TargetMark } from '../state/targets';
import { askTarget } from './ask-target';

/** What a comparison needs of the executor. */
export interface CompareDeps {
  readonly store: StateStore;
  readonly key: PrivateJwk;
  readonly sender: Sender;
  readonly counters: Counters;
  readonly now: () => number;
  readonly log: Log;
}

/** How far back successes are compared: days, and executions of one connection. */
const window = { days: 30, executions: 10_000, page: 500 };

const claimsOf = (receipt: string): ReceiptClaims =>
  v.parse(ReceiptClaims, JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString('utf8')));

function place(lsn: string): bigint {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** What a target has become since it was last seen, in words; null when nothing tells of a failover or a restore. */
function whatChanged(before: TargetMark | null, now: TargetMark): string | null {
  if (before === null) return null;
  if (!isSameDatabase(before, now)) return 'it is another database than before';
  if (before.timeline !== now.timeline)
    return `it went from timeline ${before.timeline} to ${now.timeline} (a failover or a restore)`;
  if (place(now.lsn) < place(before.lsn))
    return `its log went back from ${before.lsn} to ${now.lsn} (an older copy was restored)`;
  return null;
}

/**
 * Compares what was reported as succeeded with the ledger of the target, and tells of every loss once. The rows decide;
 * timeline and log only say where to look and why. What was done in another database is not missing in this one.
 * `everything`: the whole window, else the latest only, unless those or the target's marks tell of a loss.
 * @returns false when the target could not say anything
 * @throws when the target or the state database cannot be reached
 */
export async function compareOutcomes(
  target: Target,
  everything: boolean,
  deps: CompareDeps,
): Promise<boolean> {
  const { store, log } = deps;
  const { key: connection } = target.config;
  // Read before the target is asked, so that a log that only grows is never seen to go back.
  const before = await readMark(store.pool, connection);
  let seen: TargetMark | null = null;
  let after: Succeeded | null = null;
  let all = everything;
  for (let compared = 0; compared < window.executions;) {
    const page: readonly Succeeded[] = await succeededOf(store.pool, connection, {
      days: window.days,
      limit: window.page,
      after,
    });
    const told = page
      .map(({ receipt }) => claimsOf(receipt))
      .filter(({ ledgerMode }) => ledgerMode === 'target');
    const first = await askTarget(target.control, told);
    if (first === null) return false;
    const changed = whatChanged(before, first.mark);
    if (seen === null && before !== null && changed !== null)
      log.warn('target-changed', { connection, words: changed });
    seen = first.mark;
    const missing = first.missing.filter(
      (claims) => claims.target && isSameDatabase(claims.target, first.mark),
    );
    if (missing.length > 0) {
      // The first question may have begun on a standby that was promoted while it ran; the second cannot.
      const second = await askTarget(target.control, missing);
      if (second === null || !isSameDatabase(second.mark, first.mark)) return false;
      for (const claims of second.missing) await tell(target, claims, page, changed, deps);
    }
    all ||= changed !== null || missing.length > 0;
    compared += page.length;
    after = page.at(-1) ?? null;
    if (!all || page.length < window.page) break;
  }
  if (seen) await keepMark(store.pool, connection, seen);
  return true;
}

/** Signs and stores that the proof of an execution is gone. */
async function tell(
  target: Target,
  claims: ReceiptClaims,
  page: readonly Succeeded[],
  changed: string | null,
  { store, key, sender, counters, now, log }: CompareDeps,
): Promise<void> {
  const found = page.find(({ installation, jti }) => installation === claims.aud && jti === claims.jti);
  if (!found) return;
  const { chain, beforeImage, subject: _subject, ...rest } = claims;
  const message =
    `its row is gone from the ledger of the database: ${changed ?? 'neither its timeline nor its log says why (an older copy may have been brought back)'}. ` +
    'What was reported as done may not be there any more; it is not run again';
  const stored = await storeLost(store, key, {
    claims: {
      ...rest,
      iat: Math.floor(now() / 1_000),
      status: 'outcome-lost',
      reason: { code: 'ledger-row-missing', message },
    },
    superseded: { receipt: found.receipt, seq: chain.seq },
  });
  if (!stored) return;
  sender.wake();
  counters.outcomeLost(target.config.key);
  log.error('outcome-lost', {
    connection: target.config.key,
    jti: claims.jti,
    issue: claims.issue.key,
    keptRows: beforeImage !== undefined,
    words: message,
  });
}
