import { getAppContext } from '@forge/api';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import { emptySettings, Settings } from '#core/settings/settings';
import type { SettingsReader } from '../app/ports';

/** Custom entity of the manifest: the settings with the head of their ledger, in one record. */
export const settingsEntity = 'settings';
/** There is one record per installation. */
export const settingsKey = 'settings';

/** The record as stored. */
export interface SettingsRecord {
  /** Grows with every write, also with those that the ledger does not keep. */
  version: number;
  /** Head of the settings ledger. */
  seq: number;
  hash: string;
  /** Who wrote this version: two writers must not both believe that they did. */
  writer: string;
  settings: unknown;
}

/** Reads the settings, once per call. Rules and triggers have this half only, so that their bundle stays small. */
export const kvsSettingsReader: SettingsReader = {
  async read() {
    return storedSettings(await readSettingsRecord());
  },
};

export async function readSettingsRecord(): Promise<SettingsRecord | undefined> {
  return kvs.entity<SettingsRecord>(settingsEntity).get(settingsKey);
}

/** The settings of a record; empty ones when there is none. */
export function storedSettings(record: SettingsRecord | undefined): Settings {
  return record === undefined ? emptySettings(installationAri()) : v.parse(Settings, record.settings);
}

/** ARI of this installation, for example `ari:cloud:ecosystem::installation/<uuid>`. */
function installationAri(): string {
  return getAppContext().installationAri.toString();
}
