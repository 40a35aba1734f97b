import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimsOf } from '../src/app/show-change';
import { journey } from './local/journey';
import { startLocalSite } from './local/local-site';
import { people, projectKey } from './local/seed';
import { temporaryFolder } from './local/temporary-folder';

/** The main job without a browser: create, review, run, read back and roll back one change, as three people. */

const appDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const json = process.argv.includes('--json');
const started = Date.now();
const say = (line: string): void => {
  if (!json) console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);
};

const sql = `UPDATE order_items SET price_cents = price_cents + 5
WHERE sku = 'SKU-0007';
SELECT sku, count(*) AS lines, sum(price_cents) AS total
FROM order_items WHERE sku = 'SKU-0007' GROUP BY sku;`;
const rollback = `UPDATE order_items SET price_cents = price_cents - 5
WHERE sku = 'SKU-0007';`;

async function main(): Promise<void> {
  const folder = await temporaryFolder('demo');
  const site = await startLocalSite({
    appDir,
    dir: folder.path,
    fresh: true,
    onProgress: (what) => say(`${what} …`),
  });
  try {
    await demo(site.host);
  } finally {
    await site.close();
    await folder.remove();
  }
}

async function demo(host: Parameters<typeof journey>[0]): Promise<void> {
  const by = journey(host);
  const statuses: string[] = [];
  const seen = async (key: string): Promise<void> => {
    statuses.push(await by.status(key));
    say(`Jira shows: ${statuses.at(-1)}`);
  };
  const issue = await by.create('developer', 'Raise the price of SKU-0007 by 5 cents');
  say(`${people.developer.displayName} created ${issue.key}`);
  await seen(issue.key);
  const content = { connection: 'shop-prod', sql, rollback, reason: 'Supplier price list of November.' };
  const draft = await by.must('developer', issue.key, 'save-draft', { baseVersion: 0, content });
  await by.must('developer', issue.key, 'submit', { version: draft.version });
  const { revision } = await by.must('developer', issue.key, 'view', {});
  if (!revision) throw new Error('no revision after submit');
  say(`submitted revision ${revision.number}, digest ${revision.digest.slice(0, 12)}…`);
  await seen(issue.key);
  const own = await by.call('developer', issue.key, 'approve', { digest: revision.digest, comment: '' });
  if (own.ok) throw new Error('the author could approve');
  say(`the author's own approval is refused: ${own.error.message}`);
  for (const role of ['firstApprover', 'secondApprover'] as const) {
    const after = await by.must(role, issue.key, 'approve', { digest: revision.digest, comment: 'checked' });
    say(`${people[role].displayName} approved; ${after.approvalsMissing} missing`);
  }
  await by.untilStatus(issue.key, ['Approved']);
  await seen(issue.key);
  await by.must('developer', issue.key, 'run', { digest: revision.digest });
  await by.untilStatus(issue.key, ['Succeeded', 'Failed', 'Needs attention', 'In review']);
  await host.idle();
  await seen(issue.key);
  const ran = await by.must('developer', issue.key, 'view', {});
  for (const statement of ran.outcomes[0]?.statements ?? []) {
    say(`  ${statement.command ?? '?'}: ${statement.rows ?? '-'} rows, ${statement.ms.toFixed(1)} ms`);
  }
  const result = await by.must('developer', issue.key, 'result', { kind: 'apply' });
  say(`  first rows: ${JSON.stringify(result.statements.find(({ index }) => index === 1)?.rows ?? [])}`);
  const queries = [
    `project = ${projectKey} AND issue.property[query-change].status = "succeeded"`,
    'queryChangeEnvironment = prod AND queryChangeApprovals >= 2',
    `queryChangeApprovers = "${people.firstApprover.accountId}" AND queryChangeRows > 0`,
  ];
  const jql = [];
  for (const query of queries) {
    const keys = await by.search('auditor', query);
    if (!keys.includes(issue.key)) throw new Error(`JQL did not find ${issue.key}: ${query}`);
    jql.push({ jql: query, keys });
    say(`JQL ${query} → ${keys.join(', ')}`);
  }
  const applied = {
    'query-change': await by.property(issue.key, 'query-change'),
    'query-change.result': await by.property(issue.key, 'query-change.result'),
  };
  const { order, receipt } = await by.must('developer', issue.key, 'evidence', { kind: 'apply' });
  await by.must('developer', issue.key, 'roll-back', { digest: revision.digest });
  await by.untilStatus(issue.key, ['Rolled back', 'Needs attention']);
  await host.idle();
  await seen(issue.key);
  const expected = ['Draft', 'In review', 'Approved', 'Succeeded', 'Rolled back'];
  if (JSON.stringify(statuses) !== JSON.stringify(expected))
    throw new Error(`statuses were ${statuses.join(', ')}`);
  const properties = {
    'query-change': await by.property(issue.key, 'query-change'),
    'query-change.result': await by.property(issue.key, 'query-change.result'),
  };
  if (!order || !receipt || claimsOf(receipt)?.status !== 'succeeded')
    throw new Error('the receipt does not say succeeded');
  if (json) {
    console.log(
      JSON.stringify({ issueKey: issue.key, statuses, order, receipt, properties: applied, jql }, null, 2),
    );
  } else {
    console.log(JSON.stringify(properties, null, 2));
  }
  say('every step held');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
