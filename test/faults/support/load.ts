import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims } from '#core/protocol/receipt';
import type { Reply } from '../../integration/executor/support/app';
import type { World } from './world';

/** One change of a load, and what must become of it. */
export interface Change {
  /** Written into the database by the change itself. */
  readonly id: string;
  readonly claims: OrderClaims;
  readonly expect: ReceiptClaims['status'];
}

/** Changes on their way from the app to the executor. */
export interface Load {
  readonly changes: readonly Change[];
  /** Orders that were posted, the second and third time counted too. */
  readonly deliveries: number;
  /** Changes that may begin, but have not. */
  readonly waiting: number;
  /** What the executor answered that it should not have. */
  readonly surprises: readonly string[];
  /** Lets `count` more changes begin. */
  release(count: number): void;
  /** Lets nothing more begin; resolves when all that began have a receipt. */
  finish(): Promise<void>;
}

/** A change that leaves a mark, takes its time, and counts; one in 33 fails at its end. */
export function changeSql(id: string, sleepSeconds: number, fails: boolean, also?: string): string {
  return [
    `insert into marks (change) values ('${id}')`,
    `select pg_sleep(${sleepSeconds})`,
    `insert into counters as c (change, n) values ('${id}', 1) on conflict (change) do update set n = c.n + 1`,
    ...(also === undefined ? [] : [also]),
    ...(fails ? ['select 1 / 0'] : []),
  ].join(';\n');
}

/** Waits. */
export const pause = async (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Posts an order until somebody answers it for good. */
export async function deliver(world: World, claims: OrderClaims): Promise<Reply> {
  for (;;) {
    const url = await world.address();
    const reply = await world.app.sendOrder(url, claims).catch(() => null);
    const away = reply === null || ('code' in reply.reply && reply.reply.code === 'unavailable');
    if (!away) return reply;
    await pause(10);
  }
}

/** Starts `flights` senders; nothing begins before {@link Load.release}. */
export function startLoad(
  world: World,
  plan: {
    flights: number;
    duplicates: number;
    sleepMs: readonly [number, number];
    prefix?: string;
    also?: string;
  },
): Load {
  const { random } = world;
  const changes: Change[] = [];
  const surprises: string[] = [];
  const gate = { permitted: 0, closed: false };
  let deliveries = 0;
  let waiting: (() => void)[] = [];
  const wakeAll = (): void => {
    for (const done of waiting.splice(0)) done();
  };

  const next = async (): Promise<Change | null> => {
    while (gate.permitted === 0) {
      if (gate.closed) return null;
      await new Promise<void>((done) => (waiting = [...waiting, done]));
    }
    gate.permitted -= 1;
    const id = `${plan.prefix ?? world.target}-${changes.length + 1}`;
    const fails = random.next() < 0.03;
    const sql = changeSql(id, random.between(...plan.sleepMs) / 1_000, fails, plan.also);
    // The place is taken before the order is built, so that ids stay unique among the flights.
    const place = changes.push({ id, claims: {} as OrderClaims, expect: 'failed' }) - 1;
    const change: Change = {
      id,
      claims: await world.order({ issueId: id, sql }),
      expect: fails ? 'failed' : 'succeeded',
    };
    changes[place] = change;
    return change;
  };

  const post = async (change: Change, afterMs: number): Promise<void> => {
    await pause(afterMs);
    deliveries += 1;
    const { status, reply } = await deliver(world, change.claims);
    if (status !== 202) surprises.push(`${change.id}: answered ${status} ${JSON.stringify(reply)}`);
  };

  const flight = async (): Promise<void> => {
    for (let change = await next(); change; change = await next()) {
      const again = random.next() < plan.duplicates;
      await Promise.all([
        post(change, 0),
        ...(again ? [post(change, random.next() < 0.5 ? 0 : random.between(1, 60))] : []),
      ]);
      await world.receiver.seen(change.claims.jti);
    }
  };
  const flights = Promise.all(Array.from({ length: plan.flights }, flight));

  return {
    changes,
    surprises,
    get waiting() {
      return gate.permitted;
    },
    get deliveries() {
      return deliveries;
    },
    release(count) {
      gate.permitted += count;
      wakeAll();
    },
    async finish() {
      gate.closed = true;
      wakeAll();
      await flights;
    },
  };
}
