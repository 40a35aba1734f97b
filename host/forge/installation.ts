import { createHash } from 'node:crypto';
import type { Manifest } from './manifest';

/** Where the app is installed; every ARI and id that the SDK shows comes from here. */
export interface Installation {
  readonly cloudId: string;
  readonly appVersion: string;
  readonly environmentId: string;
  readonly environmentType: 'DEVELOPMENT';
  readonly installationId: string;
  /** accountId of the app's own Jira user. */
  readonly accountId: string;
  /** `ari:cloud:jira::site/<cloudId>` */
  readonly contextAri: string;
}

/** A UUID that is the same at every start, so that snapshots and executors keep knowing the installation. */
function stableUuid(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Derives the installation of an app on a site. */
export function makeInstallation(manifest: Manifest, cloudId: string): Installation {
  return {
    cloudId,
    appVersion: '1.0.0',
    environmentId: stableUuid('environment', manifest.appUuid),
    environmentType: 'DEVELOPMENT',
    installationId: stableUuid('installation', manifest.appUuid, cloudId),
    accountId: `557058:${stableUuid('app-user', manifest.appUuid)}`,
    contextAri: `ari:cloud:jira::site/${cloudId}`,
  };
}
