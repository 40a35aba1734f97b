import path from 'node:path';
import { createHost, type Host, type HostOptions } from '../../../host/create-host';
import { createJiraSite, type HostedJiraSite } from '../../../host/jira/create-jira-site';
import { seed } from '../seed';
import { provision } from '../set-up-site';
import type { TemporaryFolder } from '../temporary-folder';

/** Jira and Forge without an executor, set up and empty, for what only reads. */
export interface HistorySite {
  readonly host: Host;
  readonly jira: HostedJiraSite;
  close(): Promise<void>;
}

/** Makes a site that hands itself out, because a host shows only what every site has. */
export function reachableSite(): {
  readonly createSite: NonNullable<HostOptions['createSite']>;
  readonly site: () => HostedJiraSite;
} {
  let made: HostedJiraSite | undefined;
  return {
    createSite: (parts) => (made = createJiraSite(parts)),
    site: () => {
      if (!made) throw new Error('the site was not made yet');
      return made;
    },
  };
}

/** Starts and provisions a site in `folder`; nothing is kept after `close`. */
export async function startHistorySite(
  appDir: string,
  folder: TemporaryFolder,
  options: Partial<HostOptions> = {},
): Promise<HistorySite> {
  const { createSite, site } = reachableSite();
  const host = await createHost({
    appDir,
    seed,
    appName: 'Query Change',
    cacheDir: path.join(folder.path, 'cache'),
    createSite,
    ...options,
  });
  try {
    await provision(host);
  } catch (error) {
    await host.close();
    throw error;
  }
  return {
    host,
    jira: site(),
    async close() {
      await host.close();
      await folder.remove();
    },
  };
}
