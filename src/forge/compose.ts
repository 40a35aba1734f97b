import type { Ports, SettingsStore } from '../app/ports';
import { composeRulePorts } from './compose-rules';
import { executorClient } from './executor-client';
import { kvsKeys } from './kvs-keys';
import { kvsMirrorRounds } from './kvs-mirror-rounds';
import { kvsSettings } from './kvs-settings-ledger';
import { realtimeSignals } from './realtime-signals';

/** Builds the ports of one invocation that may sign orders and reach the executor. */
export function composePorts(): Ports {
  const settings = rememberedSettings(kvsSettings(() => Date.now()));
  const rules = composeRulePorts(settings);
  const keys = rememberedKeys();
  const { clock, newId } = rules;
  return {
    ...rules,
    settings,
    keys,
    mirrorRounds: kvsMirrorRounds,
    signals: realtimeSignals(rules.log),
    executor: executorClient({ keys, settings, clock, newId }),
  };
}

/** Reads the signing key once; a promotion makes it read again. */
function rememberedKeys(): Ports['keys'] {
  let remembered: ReturnType<Ports['keys']['signingKey']> | undefined;
  return {
    ...kvsKeys,
    signingKey() {
      remembered ??= kvsKeys.signingKey();
      return remembered;
    },
    promoteNext(kid) {
      remembered = undefined;
      return kvsKeys.promoteNext(kid);
    },
  };
}

/** Reads once; what a change answers is what is read from then on. */
function rememberedSettings(store: SettingsStore): SettingsStore {
  let remembered: ReturnType<SettingsStore['read']> | undefined;
  return {
    ...store,
    read() {
      remembered ??= store.read();
      return remembered;
    },
    async change(by, update) {
      const settings = await store.change(by, update);
      remembered = Promise.resolve(settings);
      return settings;
    },
  };
}
