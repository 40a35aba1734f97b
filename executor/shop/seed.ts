import { readFile } from 'node:fs/promises';
import { Client } from 'pg';

/** How much shop a database holds. */
const shopSizes = {
  dev: { customers: 100, orders: 300 },
  qa: { customers: 1_000, orders: 3_000 },
  prod: { customers: 10_000, orders: 30_000 },
} as const;
export type ShopSize = keyof typeof shopSizes;

async function sql(name: string): Promise<string> {
  return readFile(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
}

/**
 * Creates and fills the demo shop in the database of `url` (a superuser's), once: a database that has a `shop` schema
 * is left as it is. One transaction, so that a killed seed leaves nothing.
 */
export async function seedShop(url: string, size: ShopSize): Promise<'seeded' | 'present'> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const present = await client.query(`select from pg_namespace where nspname = 'shop'`);
    if (present.rowCount) return 'present';
    const { customers, orders } = shopSizes[size];
    const rows = (await sql('003-rows'))
      .replaceAll(':customers', String(customers))
      .replaceAll(':orders', String(orders));
    await client.query(
      ['begin', await sql('001-roles'), await sql('002-schema'), rows, 'commit'].join(';\n'),
    );
    await client.query('analyze shop.customers, shop.orders, shop.order_items, shop.payments');
    return 'seeded';
  } finally {
    await client.end();
  }
}
