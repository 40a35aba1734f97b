import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultPlan } from '../../../host/contract';
import { createManualClock, type ManualClock } from '../../../host/forge/clock';
import { createLog, type HostLog } from '../../../host/forge/log';
import { loadManifest } from '../../../host/forge/manifest';
import { createMeter, type HostMeter } from '../../../host/forge/meter';
import { createPlatform, type Platform } from '../../../host/forge/platform';
import { createFixtureSite } from './fixture-site';

/** Folder of the fixture app. */
export const appDir = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fixture-app');
/** Where its bundles are kept between runs. */
export const cacheDir = path.join(appDir, '.local');

/** A platform with the fixture app, a clock that tests move, and short hands into it. */
export interface Fixture {
  readonly platform: Platform;
  readonly clock: ManualClock;
  readonly meter: HostMeter;
  readonly log: HostLog;
  readonly faults: FaultPlan;
  readonly seen: ReturnType<typeof createFixtureSite>['seen'];
  /** Calls a resolver of the fixture as a user on an issue. */
  call(
    functionKey: string,
    payload?: unknown,
    accountId?: string,
    extension?: Record<string, unknown>,
  ): Promise<unknown>;
}

/** Starts it. The app names `https://allowed.example.com`; `egressMap` says where that is. */
export async function startFixture(egressMap: Record<string, string> = {}): Promise<Fixture> {
  const clock = createManualClock(Date.UTC(2026, 10, 21));
  const meter = createMeter(() => clock.now());
  const log = createLog(() => clock.now());
  const faults: FaultPlan = { jira: [], events: { delayMs: 0, copies: 1 }, refuseForgeGadgets: false };
  const { site, seen } = createFixtureSite();
  const platform = await createPlatform({
    manifest: await loadManifest(appDir, cacheDir),
    cacheDir,
    cloudId: 'cloud-1',
    jira: site,
    meter,
    log,
    clock,
    faults,
    egressMap,
    variables: { GREETING: 'hello' },
    siteUrl: () => 'http://127.0.0.1:9',
    evaluate: undefined,
    onChange: () => undefined,
  });
  const call: Fixture['call'] = async (
    functionKey,
    payload = {},
    accountId = 'user-1',
    extension = { issue: { id: '7' } },
  ) => await platform.invoker.resolver('fixture-panel', functionKey, payload, accountId, extension);
  return { platform, clock, meter, log, faults, seen, call };
}
