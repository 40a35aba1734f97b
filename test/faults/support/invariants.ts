import { createHash } from 'node:crypto';
import { verifyCompact } from '#core/protocol/jws';
import { ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import * as v from 'valibot';
import type { Change } from './load';
import { patience } from './row';
import type { World } from './world';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What the databases of a world hold, by change and by order. */
interface Found {
  readonly marks: ReadonlyMap<string, readonly string[]>;
  readonly counters: ReadonlyMap<string, number>;
  readonly ledger: ReadonlyMap<string, { jti: string; xid: string; status: string }>;
  /** Verified receipts by jti. */
  readonly receipts: ReadonlyMap<string, ReceiptClaims>;
  readonly compacts: ReadonlyMap<string, string>;
}

interface Ends {
  readonly head: { epoch: number; seq: number; head: string };
  /** What each epoch after the first one follows. */
  readonly epochs: ReadonlyMap<number, { seq: number; head: string }>;
}

async function readEnds({ server, state }: World): Promise<Ends> {
  const [head] = await server.sql<Ends['head']>(state, 'select epoch, seq::int, head from executor.chain');
  if (!head) throw new Error('the chain has no head');
  const epochs = await server.sql<{ epoch: number; seq: number; head: string }>(
    state,
    'select epoch, after_seq::int as seq, after_head as head from executor.epochs',
  );
  return { head, epochs: new Map(epochs.map(({ epoch, ...after }) => [epoch, after])) };
}

/** Every link follows the one before, and the first of a later epoch what that epoch says it follows. */
function followChain(
  links: readonly { chain: ReceiptClaims['chain']; compact: string }[],
  { head, epochs }: Ends,
): string[] {
  const wrong: string[] = [];
  let last = { epoch: 1, seq: 0, head: '0'.repeat(64) };
  for (const { chain, compact } of links.toSorted((one, other) => one.chain.seq - other.chain.seq)) {
    const where = `receipt ${chain.seq} of epoch ${chain.epoch}`;
    const begun = epochs.get(chain.epoch);
    if (chain.epoch < last.epoch) wrong.push(`${where} comes after epoch ${last.epoch}`);
    if (chain.epoch > last.epoch && begun) last = { epoch: chain.epoch, ...begun };
    if (chain.epoch !== last.epoch) wrong.push(`${where} is of an epoch that nobody began`);
    if (chain.seq !== last.seq + 1) wrong.push(`${where} stands after ${last.seq}`);
    if (chain.prev !== last.head) wrong.push(`${where} does not follow the one before`);
    last = { epoch: chain.epoch, seq: chain.seq, head: sha256(compact) };
  }
  const begun = epochs.get(head.epoch);
  if (head.epoch > last.epoch && begun) last = { epoch: head.epoch, ...begun };
  if (last.head !== head.head || last.seq !== head.seq)
    wrong.push('the head of the chain is not its last link');
  return wrong;
}

/** No two receipts that left, before or after a restore, may take the same place. */
function forks(world: World): string[] {
  const places = new Map<string, string>();
  const wrong: string[] = [];
  for (const compact of [...world.receiver.receipts().values()].flatMap((posted) => [...posted])) {
    const payload = Buffer.from(compact.split('.')[1] ?? '', 'base64url').toString();
    const { id, seq } = v.parse(ReceiptClaims, JSON.parse(payload)).chain;
    const place = `${id} ${seq}`;
    if ((places.get(place) ?? compact) !== compact) wrong.push(`two receipts in place ${place} left`);
    places.set(place, compact);
  }
  return wrong;
}

/** Reads and verifies the receipts of the state database and follows their chain from its first link to its head. */
async function readChain(world: World, violations: string[]): Promise<Pick<Found, 'receipts' | 'compacts'>> {
  const receipts = new Map<string, ReceiptClaims>();
  const compacts = new Map<string, string>();
  const rows = await world.server.sql<{ receipt: string; superseded: boolean }>(
    world.state,
    `select receipt, true as superseded from executor.superseded
     union all select receipt, false from executor.executions where receipt is not null`,
  );
  const links: { chain: ReceiptClaims['chain']; compact: string }[] = [];
  for (const { receipt, superseded } of rows) {
    const verified = await verifyCompact(receipt, receiptTyp, [world.receiptKey], ReceiptClaims);
    if (!verified.ok) {
      violations.push(`a stored receipt does not verify: ${verified.error}`);
      continue;
    }
    if (!superseded) {
      receipts.set(verified.value.jti, verified.value);
      compacts.set(verified.value.jti, receipt);
    }
    links.push({ chain: verified.value.chain, compact: receipt });
  }
  violations.push(...followChain(links, await readEnds(world)));
  return { receipts, compacts };
}

async function look(world: World, violations: string[]): Promise<Found> {
  const { targetServer: server, target } = world;
  const marks = await server.sql<{ change: string; xids: string[] }>(
    target,
    'select change, array_agg(xid::text) as xids from marks group by change',
  );
  const counters = await server.sql<{ change: string; n: number }>(target, 'select change, n from counters');
  const ledger = await server.sql<{ id: string; jti: string; xid: string; status: string }>(
    target,
    `select issue_id as id, jti, transaction_id::text as xid, status from querychange.ledger where kind = 'apply'`,
  );
  return {
    marks: new Map(marks.map(({ change, xids }) => [change, xids])),
    counters: new Map(counters.map(({ change, n }) => [change, n])),
    ledger: new Map(ledger.map(({ id, ...row }) => [id, row])),
    ...(await readChain(world, violations)),
  };
}

function judgeChange(change: Change, found: Found, lostAllowed: boolean): string[] {
  const { id, claims, expect } = change;
  const marks = found.marks.get(id) ?? [];
  const row = found.ledger.get(id);
  const receipt = found.receipts.get(claims.jti);
  const wrong: string[] = [];
  const say = (what: string): void => void wrong.push(`${id}: ${what}`);
  if (marks.length > 1) say(`applied ${marks.length} times`);
  if ((found.counters.get(id) ?? 0) !== marks.length) say('counter and marks differ');
  if ((row !== undefined) !== marks.length > 0)
    say(row ? 'in the ledger, not applied' : 'applied, not in the ledger');
  if (row && (row.status !== 'succeeded' || (marks[0] !== undefined && row.xid !== marks[0])))
    say(`the ledger says ${row.status} in ${row.xid}, the mark ${marks[0]}`);
  if (!receipt) return [...wrong, `${id}: no receipt`];
  const said = receipt.status === 'succeeded';
  if (receipt.status === 'unknown' && lostAllowed) return wrong;
  if (receipt.status !== expect)
    say(`receipt says ${receipt.status} ${receipt.reason?.code ?? ''}, not ${expect}`);
  if (said !== marks.length > 0) say(said ? 'lost: reported, not applied' : 'applied, not reported');
  if (said && receipt.transactionId !== marks[0]) say('the receipt names another transaction');
  return wrong;
}

/**
 * Compares what the changes themselves left in the target with its ledger, the receipts in the state database and the
 * receipts that the app was sent.
 * @returns the violations, one a line; empty when all is as it must be
 */
export async function judge(
  world: World,
  changes: readonly Change[],
  allow: { unknown?: boolean; otherReceipts?: boolean } = {},
): Promise<string[]> {
  const violations: string[] = [];
  const found = await look(world, violations);
  violations.push(...forks(world));
  const ours = new Set(changes.map(({ id }) => id));
  for (const id of found.marks.keys()) if (!ours.has(id)) violations.push(`${id}: applied, never ordered`);
  for (const change of changes) {
    violations.push(...judgeChange(change, found, allow.unknown ?? false));
    const posted = world.receiver.receipts().get(change.claims.jti) ?? new Set<string>();
    const stored = found.compacts.get(change.claims.jti);
    if (stored !== undefined && !posted.has(stored))
      violations.push(`${change.id}: its receipt was not posted`);
    if (posted.size > 1 && !allow.otherReceipts)
      violations.push(`${change.id}: ${posted.size} different receipts were posted`);
  }
  return violations;
}

/** Waits until no order is open and every receipt is delivered. Returns what is missing when that does not come. */
export async function settle(world: World): Promise<string[]> {
  const end = Date.now() + patience * 1_000;
  for (;;) {
    const [left] = await world.server.sql<{ open: number; undelivered: number }>(
      world.state,
      `select (select count(*)::int from executor.executions where state in ('queued', 'running')) as open,
        (select count(*)::int from executor.outbox where delivered_at is null) as undelivered`,
    );
    if (left?.open === 0 && left.undelivered === 0) return [];
    if (Date.now() > end) return [`after ${patience} s still open: ${JSON.stringify(left)}`];
    await new Promise((done) => setTimeout(done, 20));
  }
}
