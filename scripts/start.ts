import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { HostedJiraSite } from '../host/jira/create-jira-site';
import { generateHistory } from './local/history/generate-history';
import { reachableSite } from './local/history/history-site';
import { parseStartArguments, startUsage } from './local/start-arguments';
import { startLocalSite, type LocalSite } from './local/local-site';
import { people, roleWords, type Role } from './local/seed';

const appDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

async function main(): Promise<void> {
  const parsed = parseStartArguments(process.argv.slice(2), process.env);
  if (!parsed.ok) {
    console.error(`${parsed.error}\n\n${startUsage}`);
    process.exitCode = 2;
    return;
  }
  const { port, fresh, unprovisioned, history, connections } = parsed.value;
  const folder = unprovisioned ? 'unprovisioned' : 'site';
  const dir = path.resolve(parsed.value.dir ?? path.join(appDir, '.local', folder));
  let site: LocalSite | undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    console.log('\nStopping …');
    (site?.close() ?? Promise.resolve()).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  const started = Date.now();
  const { createSite, site: jira } = reachableSite();
  site = await startLocalSite({
    appDir,
    dir,
    ports: { site: port, panel: port + 1, executor: port + 2 },
    fresh,
    unprovisioned,
    extraConnections: connections,
    host: { createSite },
    ...(connections.length > 0
      ? {
          banner:
            'A database of yours is connected. On this local site one person plays everybody: approvals prove nothing here.',
        }
      : {}),
    onProgress: (what) => console.log(`${what} …`),
  });
  if (stopping) {
    await site.close();
    return;
  }
  if (history !== undefined) await fill(site, jira(), history);
  announce(site, Date.now() - started);
  if (unprovisioned) console.log(`\n${unprovisionedWords(site)}`);
  console.log('\nCtrl-C stops everything.');
}

/** Makes up a history, on a site that has none of its own. */
async function fill(site: LocalSite, jira: HostedJiraSite, count: number): Promise<void> {
  if (jira.hasIssues()) {
    await site.close();
    throw new Error('This site has issues already. Add --fresh to forget them, or leave --history out.');
  }
  const began = Date.now();
  const onProgress = (made: number): void => console.log(`  ${made} of ${count} changes …`);
  await generateHistory(site.host, jira, { count, now: began, onProgress });
  console.log(`History of ${count} changes made in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}

function unprovisionedWords(site: LocalSite): string {
  return `Nothing is set up here. As Alex Admin open Apps, Query Change. The executor trusts nobody yet; its address is
${site.executor().url}, and its command line is in the site's menu.`;
}

function announce(site: LocalSite, ms: number): void {
  console.log(
    `\nReady in ${(ms / 1000).toFixed(1)} s. Open this address (it carries the secret of this start):\n`,
  );
  console.log(`  ${site.host.openUrl}\n`);
  console.log('Users, their roles, and API tokens for REST (basic auth with the e-mail address):\n');
  for (const role of Object.keys(people) as Role[]) {
    const user = site.host.users.find(({ accountId }) => accountId === people[role].accountId);
    const { displayName, email } = people[role];
    console.log(
      `  ${displayName.padEnd(16)} ${email.padEnd(20)} ${roleWords[role].padEnd(28)} ${user?.apiToken ?? ''}`,
    );
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(
    error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1,
  );
});
