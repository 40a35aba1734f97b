import type { Log, Ports, SettingsStore } from '../app/ports';
import { dispatchQueue } from './dispatch-queue';
import { executorClient } from './executor-client';
import { jiraIssues } from './jira-issues';
import { kvsArchive } from './kvs-archive';
import { kvsDrafts } from './kvs-drafts';
import { kvsExecutions } from './kvs-executions';
import { kvsLedger } from './kvs-ledger';
import { kvsKeys, kvsSettings } from './kvs-settings';
import { realtimeSignals } from './realtime-signals';
import { appAccountId } from './site-admin';

/** One JSON line per entry: Forge counts lines (100 per runtime minute) and bytes (200 KB per invocation). */
const log: Log = (message, facts) => {
  console.log(JSON.stringify({ message, ...facts }));
};

const clock = (): number => Date.now();
const newId = (): string => crypto.randomUUID();

/**
 * Builds the ports of one invocation. Nothing outlives it: Forge reuses a process for other sites, so settings and keys
 * are remembered within an invocation only.
 */
export function composePorts(): Ports {
  const settings = rememberedSettings(kvsSettings);
  const keys = rememberedKeys();
  return {
    ledger: kvsLedger,
    drafts: kvsDrafts,
    archive: kvsArchive,
    executions: kvsExecutions,
    settings,
    keys,
    jira: jiraIssues(settings),
    executor: executorClient({ keys, settings, clock, newId }),
    queue: dispatchQueue,
    signals: realtimeSignals(log),
    clock,
    newId,
    appAccountId,
    log,
  };
}

function rememberedSettings(store: SettingsStore): SettingsStore {
  let remembered: ReturnType<SettingsStore['read']> | undefined;
  return {
    read() {
      remembered ??= store.read();
      return remembered;
    },
    async write(next) {
      await store.write(next);
      remembered = Promise.resolve(next);
    },
  };
}

function rememberedKeys(): Ports['keys'] {
  let remembered: ReturnType<Ports['keys']['signingKey']> | undefined;
  return {
    signingKey() {
      remembered ??= kvsKeys.signingKey();
      return remembered;
    },
  };
}
