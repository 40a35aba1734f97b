import * as v from 'valibot';
import type { Settings } from './settings';

/** One value of the settings before and after; `null`: absent. Values are JSON text, never a secret. */
export const SettingsDifference = v.strictObject({
  /** For example `policies.shop-prod.approvals`. */
  path: v.string(),
  before: v.nullable(v.string()),
  after: v.nullable(v.string()),
});
export type SettingsDifference = v.InferOutput<typeof SettingsDifference>;

/**
 * What differs between two settings, as far as it was decided by somebody: what the executor merely reports (versions,
 * health, when it was asked), who is in a group just now, and what the last check of the site found are not decisions.
 */
export function settingsDifferences(before: Settings, after: Settings): SettingsDifference[] {
  const found: SettingsDifference[] = [];
  compare('', decided(before), decided(after), found);
  return found;
}

/** The part of the settings that the ledger keeps. */
function decided(settings: Settings): Json {
  const { site, executor, appKeys, policies, operatorGroup, pause, compliance, firstChange, review } =
    settings;
  return {
    site,
    appKeys,
    executor: executor && { id: executor.id, keys: executor.keys.map(({ kid }) => kid) },
    connections: Object.fromEntries(
      (executor?.connections ?? []).map(
        ({ key, environment, target, minimumApprovals, writable, protected: guarded }) => [
          key,
          { environment, target, minimumApprovals, writable, protected: guarded },
        ],
      ),
    ),
    policies,
    operatorGroup,
    pause,
    compliance,
    firstChange,
    review,
  };
}

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

function compare(path: string, before: Json, after: Json, found: SettingsDifference[]): void {
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(path === '' ? key : `${path}.${key}`, before[key], after[key], found);
    }
    return;
  }
  const [was, is] = [text(before), text(after)];
  if (was !== is) found.push({ path, before: was, after: is });
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
