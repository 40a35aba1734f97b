import { GATEWAY_COVERAGE } from '../coverage';
import type { CustomUi } from '../custom-ui';
import type { HostLog } from '../log';
import type { HostMeter } from '../meter';
import type { Platform } from '../platform';

/** Keys and values that the inspector shows of each space; secrets are named, not shown. */
const SHOWN_KEYS = 200;

function kvsEntries(platform: Platform): Record<string, { key: string; value: string; expireAt?: number }[]> {
  const spaces = Object.keys(platform.kvs.sizes());
  return Object.fromEntries(
    spaces.map((space) => [
      space,
      platform.kvs
        .view(space)
        .slice(0, SHOWN_KEYS)
        .map(([key, { value, expireAt }]) => ({
          key,
          value: space === 'secret' ? '(secret)' : value.slice(0, 2000),
          ...(expireAt === undefined ? {} : { expireAt }),
        })),
    ]),
  );
}

/** Everything that the inspector page shows, as JSON. */
export function inspect(parts: {
  platform: Platform;
  meter: HostMeter;
  log: HostLog;
  customUi: CustomUi;
}): unknown {
  const { platform, meter, log, customUi } = parts;
  return {
    meter: { totals: meter.since(), byFunction: meter.byFunction(), entries: meter.entries().slice(-300) },
    kvs: { sizes: platform.kvs.sizes(), entries: kvsEntries(platform), tuning: platform.kvs.tuning },
    deliveries: platform.deliveries.pending(),
    running: [...platform.invoker.active.values()],
    webTriggers: platform.webTriggers.list(),
    remotes: platform.remotes.all(),
    bundles: [...platform.bundles].map(([file, { bytes, inputs }]) => ({ file, bytes, inputs })),
    log: log.lines().slice(-500),
    unmodelled: platform.gateway.unmodelled(),
    cspViolations: customUi.violations(),
    coverage: GATEWAY_COVERAGE,
  };
}
