import { getAppContext } from '@forge/api';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import { Settings } from '#core/settings/settings';
import type { SettingsStore } from '../app/ports';

const settingsKey = 'settings';

/** Settings in Forge's key-value store: one value, so that an invocation reads them once. */
export const kvsSettings: SettingsStore = {
  async read() {
    const stored = await kvs.get<unknown>(settingsKey);
    return stored === undefined ? emptySettings() : v.parse(Settings, stored);
  },
  async write(settings) {
    await kvs.set(settingsKey, settings);
  },
};

function emptySettings(): Settings {
  return {
    v: 1,
    installation: installationAri(),
    site: null,
    executor: null,
    policies: {},
    operatorGroup: null,
    operators: [],
  };
}

/** ARI of this installation, for example `ari:cloud:ecosystem::installation/<uuid>`. */
function installationAri(): string {
  return getAppContext().installationAri.toString();
}
