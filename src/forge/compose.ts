import type { Ports } from '../app/ports';
import { composeRulePorts } from './compose-rules';
import { executorClient } from './executor-client';
import { kvsKeys } from './kvs-keys';
import { kvsMirrorRounds } from './kvs-mirror-rounds';
import { realtimeSignals } from './realtime-signals';

/** Builds the ports of one invocation that may sign orders and reach the executor. */
export function composePorts(): Ports {
  const rules = composeRulePorts();
  const keys = rememberedKeys();
  const { settings, clock, newId } = rules;
  return {
    ...rules,
    keys,
    mirrorRounds: kvsMirrorRounds,
    signals: realtimeSignals(rules.log),
    executor: executorClient({ keys, settings, clock, newId }),
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
