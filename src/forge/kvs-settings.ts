import { getAppContext } from '@forge/api';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import { generateSigningKey, PrivateJwk } from '#core/protocol/jws';
import { Settings } from '#core/settings/settings';
import type { Keys, SettingsStore } from '../app/ports';

const settingsKey = 'settings';
const signingKeyKey = 'signing-key';

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

/** The app's one signing key, in the platform's encrypted store of this installation. */
export const kvsKeys: Keys = {
  async signingKey() {
    const stored = await kvs.getSecret<unknown>(signingKeyKey);
    if (stored !== undefined) return v.parse(PrivateJwk, stored);
    const fresh = await generateSigningKey();
    try {
      await kvs.setSecret(signingKeyKey, fresh, { keyPolicy: 'FAIL_IF_EXISTS' });
      return fresh;
    } catch {
      // Another invocation made one first: that one counts.
      return v.parse(PrivateJwk, await kvs.getSecret<unknown>(signingKeyKey));
    }
  },
};
