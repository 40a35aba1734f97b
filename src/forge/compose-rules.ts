import type { Log, RulePorts, SettingsReader } from '../app/ports';
import { dispatchQueue } from './dispatch-queue';
import { jiraIssues } from './jira-issues';
import { kvsArchive } from './kvs-archive';
import { kvsDrafts } from './kvs-drafts';
import { kvsExecutions } from './kvs-executions';
import { kvsLedger } from './kvs-ledger';
import { kvsSettingsReader } from './kvs-settings';
import { appAccountId } from './app-account';

/** One JSON line per entry: Forge counts lines (100 per runtime minute) and bytes (200 KB per invocation). */
const log: Log = (message, facts) => {
  console.log(JSON.stringify({ message, ...facts }));
};

const clock = (): number => Date.now();
const newId = (): string => crypto.randomUUID();

/**
 * Builds the ports of one invocation of a rule or trigger. Nothing outlives it: Forge reuses a process for other sites,
 * so settings are remembered within an invocation only.
 */
export function composeRulePorts(
  settings: SettingsReader = rememberedSettings(kvsSettingsReader),
): RulePorts {
  return {
    ledger: kvsLedger,
    drafts: kvsDrafts,
    archive: kvsArchive,
    executions: kvsExecutions,
    settings,
    jira: jiraIssues(settings),
    queue: dispatchQueue,
    clock,
    newId,
    appAccountId,
    log,
  };
}

/** Reads once. */
function rememberedSettings(store: SettingsReader): SettingsReader {
  let remembered: ReturnType<SettingsReader['read']> | undefined;
  return {
    read() {
      remembered ??= store.read();
      return remembered;
    },
  };
}
