import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from '../host/create-host';
import { journey } from '../scripts/local/journey';
import { startLocalSite } from '../scripts/local/local-site';
import { temporaryFolder } from '../scripts/local/temporary-folder';

/** What the platform would charge for one whole change, as the local host meters it. */
export interface PlatformCost {
  /** Jira rate-limit points, by Jira's published cost model. */
  readonly jiraPoints: number;
  readonly jiraCalls: number;
  /** Bytes of JSON written to KVS. */
  readonly kvsBytesWritten: number;
  /** Function invocations, event deliveries included. */
  readonly invocations: number;
  readonly queueEvents: number;
  readonly gbSeconds: number;
  /** Invocations by function key. */
  readonly byFunction: Readonly<Record<string, number>>;
  /** Every metered fact, oldest first, for whoever wants to know why. */
  readonly entries: readonly string[];
}

const sql = `UPDATE order_items SET price_cents = price_cents + 5 WHERE sku = 'SKU-0007';
SELECT sku, count(*) AS lines, sum(price_cents) AS total FROM order_items WHERE sku = 'SKU-0007' GROUP BY sku;`;
const rollback = `UPDATE order_items SET price_cents = price_cents - 5 WHERE sku = 'SKU-0007';`;

const appDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** One author, two approvers, three draft saves, a run on prod, and the result seen; on a local site of its own. */
export async function measurePlatformCost(): Promise<PlatformCost> {
  const folder = await temporaryFolder('cost');
  const site = await startLocalSite({ appDir, dir: folder.path, fresh: true });
  try {
    return await costOfOneChange(site.host);
  } finally {
    await site.close();
    await folder.remove();
  }
}

/** The same on a running host that nobody else uses meanwhile; its meter starts over. */
export async function costOfOneChange(host: Host): Promise<PlatformCost> {
  await host.idle();
  host.meter.clear();
  await makeOneChange(host);
  await host.idle();
  const used = host.meter.since();
  return {
    jiraPoints: used.jiraPoints,
    jiraCalls: used.jiraCalls,
    kvsBytesWritten: used.kvsWrittenBytes,
    invocations: used.invocations,
    queueEvents: used.queueEvents,
    gbSeconds: used.gbSeconds,
    byFunction: Object.fromEntries(
      Object.entries(host.meter.byFunction()).map(([name, { invocations }]) => [name, invocations]),
    ),
    entries: host.meter.entries().map(({ invocationId, text }) => `${invocationId ?? '-'} ${text}`),
  };
}

async function makeOneChange(host: Host): Promise<void> {
  const by = journey(host);
  const { key } = await by.create('developer', 'What one change costs');
  await by.must('developer', key, 'view', {});
  for (const [baseVersion, reason] of ['Prices', 'Prices of', 'Prices of November'].entries()) {
    const content = { connection: 'shop-prod', sql, rollback, reason };
    await by.must('developer', key, 'save-draft', { baseVersion, content });
  }
  await by.must('developer', key, 'submit', { version: 3 });
  for (const role of ['firstApprover', 'secondApprover'] as const) {
    const { revision } = await by.must(role, key, 'view', {});
    await by.must(role, key, 'approve', { digest: revision?.digest ?? '', comment: 'Checked.' });
  }
  const { revision } = await by.must('developer', key, 'view', {});
  await by.must('developer', key, 'run', { digest: revision?.digest ?? '' });
  await by.untilStatus(key, ['Succeeded']);
  await by.must('developer', key, 'view', {});
  await by.must('developer', key, 'result', { kind: 'apply' });
}
