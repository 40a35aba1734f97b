import { escapeIdentifier, type PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { describeQuery } from '../export/describe';
import { type Masker, maskedValue } from '../masking/masker';
import type { Drift } from './drift';
import { tableName } from './wrap';

/** The list of drifted rows as it may leave: the keys of a row are values of columns, and masked as such. */
export async function maskDrift(
  client: PoolClient,
  masker: Masker | null,
  plan: RollbackPlan,
  body: Drift['body'],
): Promise<Drift['body']> {
  if (masker === null) return body;
  const masked: Drift['body'][number][] = [];
  for (const part of body) {
    const planned = plan.statements.find(({ index }) => index === part.index);
    if (!planned) continue;
    const text = `select ${planned.key.map(escapeIdentifier).join(', ')} from ${tableName(planned.table)}`;
    const masks = await masker.columns(client, { text, node: {} }, await describeQuery(client, text));
    masked.push({
      ...part,
      columns: part.columns.map((column, at) => ({
        ...column,
        ...(masks[at]?.masked ? { masked: masks[at].masked } : {}),
      })),
      rows: part.rows.map((row) => row.map((value, at) => (masks[at]?.masked ? maskedValue : value))),
    });
  }
  return masked;
}
