import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultPlan, JiraSite, Meter, Seed, SeedUser } from './contract';
import { systemClock, type Clock } from './forge/clock';
import { createCustomUi } from './forge/custom-ui';
import type { ExpressionEvaluator } from './forge/events';
import { createFrames } from './forge/frames';
import type { ExtensionContext } from './forge/invoke';
import { createLog, type HostLog, type LogLine } from './forge/log';
import { loadManifest, type Manifest } from './forge/manifest';
import { createMeter, type HostMeter } from './forge/meter';
import { createPlatform, type Platform } from './forge/platform';
import { createGadgetConfigurations } from './forge/site/gadget-configurations';
import { createGuard } from './forge/site/guard';
import { createHostApi } from './forge/site/host-api';
import { createPanelPlaces } from './forge/site/panel-places';
import type { Terminal } from './forge/site/terminal-routes';
import { createSite } from './forge/site/site';
import { evaluateExpression } from './jira/expressions/interpreter';
import { createJiraSite } from './jira/create-jira-site';
import { openListener } from './server';
import { createSnapshotWriter, readSnapshot } from './snapshot';

/** The site as the host needs it: Jira itself, the tokens to print, and pinned panels. */
interface HostedSite extends JiraSite {
  apiToken(accountId: string): string | undefined;
  pinnedPanels(projectIdOrKey: string): readonly string[];
}

/** What a site is made of; `createJiraSite` takes it. */
interface SiteParts {
  readonly seed: Seed;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly baseUrl: string;
}

/** How a host is started. */
export interface HostOptions {
  /** Folder of the Forge app: `manifest.yml`, `src`, the built resources. */
  readonly appDir: string;
  readonly seed: Seed;
  /** Name of the app and of its Jira user, as the developer console would hold it; default `App`. */
  readonly appName?: string;
  /** Ports on 127.0.0.1; 0 or left out takes free ones. */
  readonly ports?: { readonly site?: number; readonly panel?: number };
  /** Where the state is kept between starts; left out, it lives as long as the process. */
  readonly snapshotFile?: string;
  /** Forgets the snapshot. */
  readonly fresh?: boolean;
  readonly clock?: Clock;
  /** From origins that the app names to those that are called (`https://executor.example.com` → `http://127.0.0.1:…`). */
  readonly egressMap?: Readonly<Record<string, string>>;
  /** `process.env` of the functions. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly faults?: FaultPlan;
  /** Bundles and verdicts are cached here; default `<appDir>/.local/host`. */
  readonly cacheDir?: string;
  /** A line above every page. */
  readonly banner?: string;
  /** A page that plays the shell on the machine beside the databases; for administrators. */
  readonly terminal?: Terminal;
  /** Hears every log line. */
  readonly onLog?: (line: LogLine) => void;
  /** Another site than ours, for tests of the platform alone. */
  readonly createSite?: (parts: SiteParts) => HostedSite;
  /** Evaluates Jira expressions in event filters; default is the interpreter of `host/jira`. */
  readonly evaluate?: ExpressionEvaluator;
  /** Folder of the built pages; default `host/pages/build`. */
  readonly pagesDir?: string;
}

/** A running host. Several may live in one process. */
export interface Host {
  /** Origin of the site: REST, web triggers, pages. */
  readonly url: string;
  /** The address to open in a browser; carries the secret of this start. */
  readonly openUrl: string;
  /** Origin of Custom UI frames. */
  readonly panelOrigin: string;
  readonly users: readonly (SeedUser & { readonly apiToken: string | undefined })[];
  readonly manifest: Manifest;
  readonly jira: HostedSite;
  readonly platform: Platform;
  readonly meter: HostMeter;
  readonly log: HostLog;
  readonly faults: FaultPlan;
  /** Runs a function of the manifest with raw arguments. */
  invoke(functionKey: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Calls a resolver as the panel does; `extension` defaults to the context of `issue` as Jira shows it to the user. */
  resolverInvoke(
    moduleKey: string,
    functionKey: string,
    payload: unknown,
    accountId: string,
    extension?: ExtensionContext | { readonly issueIdOrKey: string },
  ): Promise<unknown>;
  runSchedule(moduleKey: string): Promise<void>;
  /** Resolves when nothing runs and nothing is due within `withinMs` (default 0). */
  idle(withinMs?: number): Promise<void>;
  /** Sets a customer-managed remote as the admin's modal does. */
  setRemote(key: string, url: string): void;
  /** Absolute address of a web trigger. Throws when the manifest has none of that key. */
  webTriggerUrl(moduleKey: string): string;
  /** Back to the seed: site, storage, queues, remotes, snapshot. */
  reset(): void;
  /** Writes the snapshot and ends everything. */
  close(): Promise<void>;
}

const here = path.dirname(fileURLToPath(import.meta.url));

function isIssueReference(extension: object): extension is { issueIdOrKey: string } {
  return 'issueIdOrKey' in extension && typeof extension.issueIdOrKey === 'string';
}

/**
 * Starts the local host: Jira, the Forge platform with the app of `appDir`, and two origins on 127.0.0.1. Rejects
 * with ManifestError, PortBusyError, or esbuild's error for broken sources.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { appDir, seed, clock = systemClock } = options;
  const cacheDir = options.cacheDir ?? path.join(appDir, '.local', 'host');
  const faults = options.faults ?? { jira: [], events: { delayMs: 0, copies: 1 }, refuseForgeGadgets: false };
  const manifest = await loadManifest(appDir, cacheDir, options.appName);
  const siteListener = await openListener(options.ports?.site ?? 0);
  const panelListener = await openListener(options.ports?.panel ?? 0).catch(async (error: unknown) => {
    await siteListener.close();
    throw error;
  });
  const url = `http://127.0.0.1:${siteListener.port}`;
  // Another name than the site's: to the browser the frames are another site, as they are with Forge's CDN.
  const panelOrigin = `http://localhost:${panelListener.port}`;
  const siteUrl = (): string => url;

  const meter = createMeter(() => clock.now());
  const log = createLog(() => clock.now(), options.onLog);
  for (const text of manifest.warnings)
    log.write({ level: 'warn', source: 'platform', text: `manifest.yml: ${text}` });
  const makeSite = options.createSite ?? createJiraSite;
  const jira = makeSite({ seed, meter, clock, faults, baseUrl: url });
  const writer = createSnapshotWriter(options.snapshotFile, () => ({
    jira: jira.snapshot(),
    forge: platform.snapshot(),
    places: places.snapshot(),
    gadgets: configurations.snapshot(),
  }));
  const touch = (): void => writer.touch();
  const platform = await createPlatform({
    manifest,
    cacheDir,
    cloudId: seed.site.cloudId,
    jira,
    meter,
    log,
    clock,
    faults,
    siteUrl,
    variables: options.variables ?? {},
    egressMap: options.egressMap ?? {},
    evaluate: options.evaluate ?? evaluateExpression,
    onChange: touch,
  }).catch(async (error: unknown) => {
    await Promise.all([siteListener.close(), panelListener.close()]);
    throw error;
  });
  const configurations = createGadgetConfigurations(touch);
  const places = createPanelPlaces((project) => jira.pinnedPanels(project), touch);
  const blank = { jira: jira.snapshot(), forge: platform.snapshot() };
  jira.install(platform.app);
  jira.onIssueChanged(touch);

  if (options.fresh === true) writer.discard();
  const saved = options.snapshotFile === undefined ? undefined : readSnapshot(options.snapshotFile);
  if (saved !== undefined) {
    jira.restore(saved.jira);
    places.restore(saved.places);
    configurations.restore(saved.gadgets);
    platform.restore(saved.forge);
  }

  const frames = createFrames({
    manifest,
    installation: platform.installation,
    jira,
    siteUrl,
    panelOrigin: () => panelOrigin,
    places,
    configurations,
  });
  const customUi = await createCustomUi({
    manifest,
    cacheDir,
    log,
    port: () => panelListener.port,
    sitePort: () => siteListener.port,
  });
  const guard = createGuard(
    siteListener.port,
    seed.users.find((user) => user.accountType === 'atlassian')?.accountId ?? '',
  );
  const api = createHostApi({
    seed,
    manifest,
    jira,
    platform,
    frames,
    places,
    configurations,
    meter,
    log,
    customUi,
    faults,
    siteUrl,
    panelOrigin: () => panelOrigin,
    banner: options.banner,
    terminal: options.terminal,
  });
  const pagesDir = options.pagesDir ?? path.join(here, 'pages', 'build');
  const handleSite = createSite({ jira, platform, guard, api, pagesDir });
  siteListener.serve(async (request) => {
    const response = await handleSite(request);
    if (request.method !== 'GET') touch();
    return response;
  });
  panelListener.serve(async (request) => await customUi.handle(request));

  return {
    url,
    openUrl: `${url}/?${guard.entryQuery}`,
    panelOrigin,
    users: seed.users.map((user) => ({ ...user, apiToken: jira.apiToken(user.accountId) })),
    manifest,
    jira,
    platform,
    meter,
    log,
    faults,
    invoke: async (functionKey, ...args) => await platform.invoker.raw(functionKey, args),
    async resolverInvoke(moduleKey, functionKey, payload, accountId, extension = {}) {
      const context = isIssueReference(extension)
        ? await frames.extension(accountId, moduleKey, { issue: extension.issueIdOrKey })
        : extension;
      return await platform.invoker.resolver(moduleKey, functionKey, payload, accountId, context);
    },
    runSchedule: async (moduleKey) => await platform.runSchedule(moduleKey),
    idle: async (withinMs) => await platform.idle(withinMs),
    setRemote: (key, address) => platform.remotes.set(key, address),
    webTriggerUrl(moduleKey) {
      const found = platform.webTriggers.path(moduleKey);
      if (found === undefined) throw new Error(`The manifest has no webtrigger ${moduleKey}`);
      return url + found;
    },
    reset() {
      platform.clear();
      places.clear();
      configurations.clear();
      jira.restore(blank.jira);
      jira.install(platform.app);
      meter.clear();
      log.clear();
      writer.discard();
    },
    async close() {
      writer.close();
      api.close();
      await Promise.all([platform.close(), siteListener.close(), panelListener.close()]);
    },
  };
}
