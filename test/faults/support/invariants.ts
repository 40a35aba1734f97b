import { createHash } from 'node:crypto';
import { verifyCompact } from '#core/protocol/jws';
import { ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
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

/** Reads and verifies the receipts of the state database and follows their chain from its first link to its head. */
async function readChain(world: World, violations: string[]): Promise<Pick<Found, 'receipts' | 'compacts'>> {
  const receipts = new Map<string, ReceiptClaims>();
  const compacts = new Map<string, string>();
  const rows = await world.server.sql<{ receipt: string }>(
    world.state,
    'select receipt from executor.executions where receipt is not null',
  );
  const links: { seq: number; prev: string; compact: string }[] = [];
  for (const { receipt } of rows) {
    const verified = await verifyCompact(receipt, receiptTyp, [world.receiptKey], ReceiptClaims);
    if (!verified.ok) {
      violations.push(`a stored receipt does not verify: ${verified.error}`);
      continue;
    }
    receipts.set(verified.value.jti, verified.value);
    compacts.set(verified.value.jti, receipt);
    links.push({ seq: verified.value.chain.seq, prev: verified.value.chain.prev, compact: receipt });
  }
  links.sort((one, other) => one.seq - other.seq);
  let head = '0'.repeat(64);
  links.forEach(({ seq, prev, compact }, index) => {
    if (seq !== index + 1) violations.push(`the chain has ${seq} in place ${index + 1}`);
    if (prev !== head) violations.push(`link ${seq} of the chain does not follow the one before`);
    head = sha256(compact);
  });
  const [chain] = await world.server.sql<{ seq: string; head: string }>(
    world.state,
    'select seq, head from executor.chain',
  );
  if (chain?.head !== head || Number(chain.seq) !== links.length)
    violations.push('the head of the chain is not its last link');
  return { receipts, compacts };
}

async function look(world: World, violations: string[]): Promise<Found> {
  const { server, target } = world;
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
