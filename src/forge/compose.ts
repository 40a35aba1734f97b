import type { Ports, SettingsStore } from '../app/ports';
import { appAccountId } from './app-account';
import { composeRulePorts } from './compose-rules';
import { executorClient } from './executor-client';
import { readIndexes } from './jira-indexes';
import { kvsArchive, kvsDryRuns } from './kvs-archive';
import { kvsDrafts } from './kvs-drafts';
import { kvsEvidence } from './kvs-evidence';
import { kvsExecutions } from './kvs-executions';
import { kvsKeys } from './kvs-keys';
import { unshownMarks } from './kvs-marks';
import { kvsMirrorRounds } from './kvs-mirror-rounds';
import { kvsOpenChanges } from './kvs-open-changes';
import { kvsReviewConfigs } from './kvs-review-configs';
import { kvsSettings } from './kvs-settings-ledger';
import { kvsSnapshots } from './kvs-snapshots';
import { kvsSiblings } from './kvs-siblings';
import { realtimeSignals } from './realtime-signals';
import { remembered } from './remembered';

/** Builds the ports of one invocation that may sign orders and reach the executor. */
export function composePorts(): Ports {
  const settings = rememberedSettings(kvsSettings(() => Date.now()));
  const rules = composeRulePorts(settings);
  const keys = rememberedKeys();
  const { clock } = rules;
  const newId = (): string => crypto.randomUUID();
  return {
    ...rules,
    ledger: { ...rules.ledger, unshown: unshownMarks },
    drafts: kvsDrafts,
    archive: kvsArchive,
    dryRuns: kvsDryRuns,
    evidence: kvsEvidence,
    siblings: kvsSiblings,
    executions: kvsExecutions,
    snapshots: kvsSnapshots,
    jira: { ...rules.jira, readIndexes },
    settings,
    reviewConfigs: kvsReviewConfigs,
    openChanges: kvsOpenChanges,
    keys,
    mirrorRounds: kvsMirrorRounds,
    signals: realtimeSignals(rules.log),
    executor: executorClient({ keys, settings, clock, newId }),
    newId,
    appAccountId,
  };
}

/** Reads the signing key once; a promotion makes it read again. */
function rememberedKeys(): Ports['keys'] {
  const key = remembered(() => kvsKeys.signingKey());
  return {
    ...kvsKeys,
    signingKey: key.get,
    promoteNext(kid) {
      key.forget();
      return kvsKeys.promoteNext(kid);
    },
  };
}

/** Reads once; what a change answers is what is read from then on. */
function rememberedSettings(store: SettingsStore): SettingsStore {
  const settings = remembered(() => store.read());
  return {
    ...store,
    read: settings.get,
    async change(by, update, extras) {
      const changed = await store.change(by, update, extras);
      settings.know(changed);
      return changed;
    },
  };
}
