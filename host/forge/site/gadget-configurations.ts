import * as v from 'valibot';
import type { GadgetConfigurations } from '../gadgets';

const StateSchema = v.record(v.string(), v.record(v.string(), v.unknown()));

/** Configurations of gadgets by gadget id; Forge keeps them, and no REST call shows them. */
export interface SavedConfigurations extends GadgetConfigurations {
  save(gadgetId: string, configuration: Readonly<Record<string, unknown>>): void;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
}

/** Makes the store. */
export function createGadgetConfigurations(onChange: () => void): SavedConfigurations {
  const saved = new Map<string, Readonly<Record<string, unknown>>>();
  return {
    of: (gadgetId) => saved.get(gadgetId),
    save(gadgetId, configuration) {
      saved.set(gadgetId, configuration);
      onChange();
    },
    snapshot: () => Object.fromEntries(saved),
    restore(state) {
      saved.clear();
      for (const [id, configuration] of Object.entries(v.parse(v.optional(StateSchema, {}), state)))
        saved.set(id, configuration);
    },
    clear: () => saved.clear(),
  };
}
