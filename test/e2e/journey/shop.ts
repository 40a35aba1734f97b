import { Client } from 'pg';
import { shopDatabase } from '../../../executor/local/databases';
import type { Stage } from './stage';

/** A session of somebody else in the shop's database of an environment, with every right. The caller ends it. */
export async function sessionElsewhere({ site }: Stage, tier: 'dev' | 'prod'): Promise<Client> {
  const client = new Client({ connectionString: site.databases.postgres.superuserUrl(shopDatabase(tier)) });
  await client.connect();
  return client;
}

/** What somebody else's statement answers there. */
export async function askElsewhere(
  stage: Stage,
  tier: 'dev' | 'prod',
  sql: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = await sessionElsewhere(stage, tier);
  try {
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
