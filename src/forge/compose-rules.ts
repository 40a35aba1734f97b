import type { Log, RulePorts, SettingsReader } from '../app/ports';
import { dispatchQueue } from './dispatch-queue';
import { jiraIssues } from './jira-issues';
import { kvsDraftReader } from './kvs-draft-reader';
import { kvsExecutionReader } from './kvs-execution-reader';
import { kvsLedger } from './kvs-ledger';
import { kvsSettingsReader } from './kvs-settings';
import { remembered } from './remembered';

/** One JSON line per entry: Forge counts lines (100 per runtime minute) and bytes (200 KB per invocation). */
const log: Log = (message, facts) => {
  console.log(JSON.stringify({ message, ...facts }));
};

/**
 * Builds the ports of one invocation of a post-function or trigger. Nothing outlives it: Forge reuses a process for
 * other sites, so settings are remembered within an invocation only.
 */
export function composeRulePorts(
  settings: SettingsReader = { read: remembered(() => kvsSettingsReader.read()).get },
): RulePorts {
  return {
    ledger: kvsLedger,
    drafts: kvsDraftReader,
    executions: kvsExecutionReader,
    settings,
    jira: jiraIssues(settings),
    queue: dispatchQueue,
    clock: () => Date.now(),
    log,
  };
}
