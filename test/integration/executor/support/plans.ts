import { Client } from 'pg';
import { computeDigest } from '#core/change/compute-digest';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { canonicalSha256 } from '#core/hash';
import type { OrderClaims } from '#core/protocol/order';
import { sha256Hex } from '#core/hash';
import { derivePlan } from '../../../../executor/rollback/plan';
import { readScript } from '../../../../executor/sql/read-script';
import type { Rig } from './rig';
import type { SeenReceipt } from './receiver';

/** The plan for a script on a connection, or the words of the refusal. */
export async function planOn(rig: Rig, sql: string, key = 'main'): Promise<RollbackPlan | string> {
  const connection = rig.config.connections.find((one) => one.key === key);
  const script = await readScript(sql);
  if (!connection || script.kind !== 'statements') throw new Error('no such connection, or not a script');
  const client = new Client({ connectionString: rig.server.postgres.superuserUrl(rig.database) });
  await client.connect();
  try {
    await client.query('begin read only');
    const derived = await derivePlan(client, script.statements, connection);
    return derived.ok ? derived.value.plan : derived.error;
  } finally {
    await client.end();
  }
}

/** A change that was applied with a plan, and what rolls it back. */
export interface PlannedChange {
  readonly claims: OrderClaims;
  readonly receipt: SeenReceipt;
  /** The order that undoes it, bent as the test wishes. */
  undo(claims?: Partial<OrderClaims>, attempt?: number): Promise<OrderClaims>;
}

/** An order that applies `sql` under the plan that the executor derives for it now. */
export async function plannedOrder(
  rig: Rig,
  sql: string,
  content: Partial<OrderClaims['content']> = {},
  key = 'main',
): Promise<OrderClaims> {
  const plan = await planOn(rig, sql, key);
  if (typeof plan === 'string') throw new Error(plan);
  return rig.order({ sql, content: { rollbackPlan: plan, ...content } }, key);
}

/** Applies `sql` with its plan; the receipt may be of any status. */
export async function applyPlanned(
  rig: Rig,
  sql: string,
  content: Partial<OrderClaims['content']> = {},
  key = 'main',
): Promise<PlannedChange> {
  const claims = await plannedOrder(rig, sql, content, key);
  const { status, reply } = await rig.send(claims);
  if (status !== 202) throw new Error(`the order was refused: ${JSON.stringify(reply)}`);
  const receipt = await rig.receipt(claims.jti);
  return {
    claims,
    receipt,
    async undo(bent = {}, attempt = 1) {
      const { issue, content: same } = claims;
      const order = await rig.order(
        { kind: 'rollback', try: attempt, issueId: issue.id, revision: same.revision, content: same },
        key,
      );
      if (order.digest !== (await computeDigest(same))) throw new Error('the digest must not change');
      return {
        ...order,
        sqlSha256: await canonicalSha256(same.rollbackPlan),
        applyReceiptSha256: await sha256Hex(receipt.compact),
        beforeImageSha256: receipt.claims.beforeImage?.sha256 ?? '0'.repeat(64),
        ...bent,
      };
    },
  };
}

/** Sends a rollback and waits for its receipt. */
export async function undone(rig: Rig, change: PlannedChange, attempt = 1): Promise<SeenReceipt> {
  const order = await change.undo({}, attempt);
  const { status, reply } = await rig.send(order);
  if (status !== 202) throw new Error(`the rollback was refused: ${JSON.stringify(reply)}`);
  return rig.receipt(order.jti);
}
