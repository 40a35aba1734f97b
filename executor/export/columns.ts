import type { PoolClient } from 'pg';
import type { Masker } from '../masking/masker';
import type { Statement } from '../sql/cut';
import { describeQuery } from './describe';
import { type ExportColumn, needsGuard } from './wrap';

/** What of a column's type matters to a file. */
async function categories(client: PoolClient, oids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ oid: string; category: string }>(
    `select oid::pg_catalog.text, typcategory::pg_catalog.text as category from pg_catalog.pg_type
     where oid operator(pg_catalog.=) any ($1::pg_catalog.oid[])`,
    [oids],
  );
  return new Map(rows.map(({ oid, category }) => [Number(oid), category]));
}

/**
 * The columns of a query and which of them are masked. It is analysed and not run.
 * @throws the server's error or a connection error
 */
export async function exportColumns(
  client: PoolClient,
  statement: Pick<Statement, 'text' | 'node'>,
  masker: Masker | null,
): Promise<readonly ExportColumn[]> {
  const described = await describeQuery(client, statement.text);
  const masks = await masker?.columns(client, statement, described);
  const known = await categories(
    client,
    described.map(({ typeOid }) => typeOid),
  );
  return described.map(({ name, typeOid }, at) => ({
    name: masks?.[at]?.name ?? name,
    typeOid,
    masked: masks?.[at]?.masked != null,
    guarded: needsGuard(known.get(typeOid) ?? 'X'),
  }));
}
