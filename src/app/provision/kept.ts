import type { SetupStep } from '#core/panel/admin-contract';
import type { KeptIds } from './site-admin';

/**
 * What provisioning remembers between calls, as flat text: the id of each thing (`screenId`, `status.draft`,
 * `field.author`), where it came from (`origin.screenId`: `made` by us, or `found`), the schemes that the project used
 * before ours (`before.workflowSchemeId`), and which steps were right once (`done.screens`).
 */

/** Keys of the ids of the three schemes that bind a project. */
export const schemeIdKeys = ['issueTypeSchemeId', 'issueTypeScreenSchemeId', 'workflowSchemeId'] as const;
export type SchemeIdKey = (typeof schemeIdKeys)[number];

/** Key under which the scheme is kept that the project used before ours. */
export function beforeKey(key: SchemeIdKey): string {
  return `before.${key}`;
}
export const beforeKeys = schemeIdKeys.map(beforeKey);

/** To keep of a thing that we made. Removal takes away only such things. */
export function made(key: string, id: string): Record<string, string> {
  return { [key]: id, [`origin.${key}`]: 'made' };
}

/** To keep of a thing that was there before us. */
export function found(key: string, id: string): Record<string, string> {
  return { [key]: id, [`origin.${key}`]: 'found' };
}

/** True when we made it. What nothing is known of counts as somebody else's. */
export function isOurs(ids: KeptIds, key: string): boolean {
  return ids[key] !== undefined && ids[`origin.${key}`] === 'made';
}

/** To forget of a thing. */
export function forgotten(...keys: readonly string[]): Record<string, null> {
  return Object.fromEntries(
    keys.flatMap((key) => [
      [key, null],
      [`origin.${key}`, null],
    ]),
  );
}

/** Key under which it is kept that a step was right once; only such steps can drift. */
export function doneKey(step: SetupStep): string {
  return `done.${step}`;
}
