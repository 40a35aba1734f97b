import { canonicalJson } from '#core/hash';
import { snapshotDigest } from '#core/protocol/snapshot';
import { type SchemaSnapshot, snapshotOf } from '#core/sql/facts/schema-snapshot';

/** Snapshots with their digests: an ordinary one, and one with names that try to be something else. */
export async function snapshots(): Promise<object[]> {
  const id = { name: 'id', type: 'bigint', notNull: true, hasDefault: true, label: null };
  const email = { name: 'email', type: 'text', notNull: true, hasDefault: false, label: 'personal' };
  const shop = snapshotOf({
    v: 1,
    serverMajor: 18,
    searchPath: ['shop'],
    tables: [
      {
        schema: 'shop',
        name: 'customers',
        kind: 'table',
        rows: 8_120_000,
        bytes: 1_200_000_000,
        columns: [id, email],
        primaryKey: ['id'],
        indexes: [{ name: 'customers_pkey', unique: true, columns: ['id'], partial: false }],
        foreignKeys: [],
      },
    ],
    domains: [{ schema: 'shop', name: 'amount' }],
  });
  const name = '"; DROP TABLE "表" --';
  const odd = snapshotOf({
    ...shop,
    searchPath: [name],
    tables: shop.tables.map((table) => ({ ...table, schema: name, name, rows: null })),
    truncated: true,
  });
  const made = async (what: string, snapshot: SchemaSnapshot) => ({
    name: what,
    snapshot,
    canonical: canonicalJson(snapshot),
    digest: await snapshotDigest(snapshot),
  });
  return [await made('a shop', shop), await made('names are data', odd)];
}
