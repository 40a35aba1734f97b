import type { Environment } from '#core/protocol/claims';
import type { Random } from './random';

/** What somebody wants done in a shop's database. */
export interface Task {
  readonly summary: string;
  readonly reason: string;
  readonly sql: string;
  /** Null: the author declares that there is none. */
  readonly rollback: string | null;
  readonly command: string;
  readonly rows: number;
}

/** A connection of the shop. Staging is known to history only. */
export const connectionOf: Readonly<Record<Environment, string>> = {
  dev: 'shop-dev',
  qa: 'shop-qa',
  staging: 'shop-staging',
  prod: 'shop-prod',
};

type Make = (random: Random) => Task;

const customer = (random: Random): number => random.whole(1, 20_000);
const order = (random: Random): number => random.whole(1, 60_000);
const sku = (random: Random): string => `SKU-${String(random.whole(0, 499)).padStart(4, '0')}`;

const tasks: readonly [Make, ...Make[]] = [
  (random) => {
    const [item, cents] = [sku(random), random.whole(1, 20) * 5];
    return {
      summary: `Raise the price of ${item} by ${cents} cents`,
      reason: 'The supplier raised the purchase price.',
      sql: `UPDATE order_items SET price_cents = price_cents + ${cents} WHERE sku = '${item}';`,
      rollback: `UPDATE order_items SET price_cents = price_cents - ${cents} WHERE sku = '${item}';`,
      command: 'UPDATE',
      rows: random.whole(20, 400),
    };
  },
  (random) => {
    const id = order(random);
    return {
      summary: `Cancel order ${id}, which was paid twice`,
      reason: 'Support ticket: the customer was charged twice.',
      sql: `UPDATE orders SET status = 'cancelled' WHERE id = ${id};\nUPDATE payments SET status = 'refunded' WHERE order_id = ${id};`,
      rollback: null,
      command: 'UPDATE',
      rows: random.whole(1, 3),
    };
  },
  (random) => {
    const id = customer(random);
    return {
      summary: `Correct the e-mail address of customer ${id}`,
      reason: 'The customer mistyped it and cannot sign in.',
      sql: `UPDATE customers SET email = 'customer${id}@mail.example' WHERE id = ${id};`,
      rollback: `UPDATE customers SET email = 'customer${id}@shop.example' WHERE id = ${id};`,
      command: 'UPDATE',
      rows: 1,
    };
  },
  (random) => {
    const country = random.pick(['DE', 'FR', 'GB', 'IT', 'NL', 'PL', 'SE', 'US']);
    return {
      summary: `Gold tier for regular customers in ${country}`,
      reason: 'Agreed with sales for the coming season.',
      sql: `UPDATE customers SET tier = 'gold'\nWHERE country = '${country}' AND tier = 'silver'\n  AND id IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 12);`,
      rollback: null,
      command: 'UPDATE',
      rows: random.whole(10, 90),
    };
  },
  (random) => {
    const days = random.whole(60, 120);
    return {
      summary: `Remove carts that nobody touched for ${days} days`,
      reason: 'They slow down the order list.',
      sql: `DELETE FROM orders WHERE status = 'new' AND ordered_at < now() - interval '${days} days';`,
      rollback: null,
      command: 'DELETE',
      rows: random.whole(100, 4_000),
    };
  },
  (random) => {
    const id = customer(random);
    return {
      summary: `Merge the two accounts of customer ${id}`,
      reason: 'The same person registered twice.',
      sql: `UPDATE orders SET customer_id = ${id} WHERE customer_id = ${id + 1};`,
      rollback: `UPDATE orders SET customer_id = ${id + 1} WHERE customer_id = ${id};`,
      command: 'UPDATE',
      rows: random.whole(1, 40),
    };
  },
  (random) => {
    const table = random.pick(['orders', 'payments', 'customers', 'order_items']);
    return {
      summary: `Index for the slow search in ${table}`,
      reason: 'The query takes seconds since the last release.',
      sql: `CREATE INDEX ${table}_by_day ON ${table} (id, ${table === 'order_items' ? 'sku' : 'id'});`,
      rollback: `DROP INDEX ${table}_by_day;`,
      command: 'CREATE INDEX',
      rows: 0,
    };
  },
  (random) => ({
    summary: `Payments of order ${order(random)} for the accountants`,
    reason: 'The monthly statement does not add up.',
    sql: `SELECT id, method, amount_cents, status, paid_at FROM payments WHERE order_id = ${order(random)};`,
    rollback: null,
    command: 'SELECT',
    rows: 0,
  }),
];

/** Makes up a task. */
export function makeTask(random: Random): Task {
  return random.pick(tasks)(random);
}
