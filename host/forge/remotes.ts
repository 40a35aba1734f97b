import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import * as v from 'valibot';
import type { Clock } from './clock';
import type { Installation } from './installation';
import type { Invocation } from './invoke';
import { declaredBaseUrl, type Manifest } from './manifest';

/** URLs of remotes and the Forge Invocation Token that calls to them carry. */
export interface Remotes {
  /** The URL that calls go to: the admin's for configurable remotes, else the manifest's. */
  url(remoteKey: string): string | undefined;
  /** What the admin's modal says of a remote. Throws RemoteRefusal when it may not be set to this URL. */
  check(remoteKey: string, url: string | null): RemoteWords;
  /** Sets the URL of a customer-managed remote, or takes it away, as the admin's modal does. Throws as `check` does. */
  set(remoteKey: string, url: string | null): void;
  /** The customer-managed remotes and what an admin has set. */
  configurable(): readonly { readonly key: string; readonly endpoint: string | undefined }[];
  all(): Readonly<Record<string, string | undefined>>;
  /** `Authorization` of a call: RS256, valid for 25 seconds. */
  invocationToken(invocation: Invocation): Promise<string>;
  /** Public half of the host's key; executors are pointed at it instead of Atlassian's JWKS. */
  jwks(): Promise<{ keys: JWK[] }>;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
}

/** A customer-managed remote in the manifest's words. */
interface RemoteWords {
  readonly key: string;
  readonly name: string;
  readonly description: string;
}

/** The remote may not be set to this URL. */
export class RemoteRefusal extends Error {
  override readonly name = 'RemoteRefusal';
}

const TOKEN_SECONDS = 25;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** True for addresses of this machine, which the emulator allows in place of https. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.has(url.hostname);
}

function matches(pattern: string, hostname: string): boolean {
  return pattern.startsWith('*') && hostname.endsWith(pattern.slice(1));
}

const WordsSchema = v.looseObject({
  name: v.optional(v.string()),
  description: v.optional(v.string(), ''),
});

function checkAddress(address: string, patterns: readonly string[] | undefined): void {
  if (!URL.canParse(address)) throw new RemoteRefusal(`${address} is not a URL`);
  const parsed = new URL(address);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && isLoopback(parsed)))
    throw new RemoteRefusal('A remote must have an https URL');
  if (isLoopback(parsed) || patterns === undefined) return;
  if (!patterns.some((pattern) => matches(pattern, parsed.hostname)))
    throw new RemoteRefusal(`${parsed.hostname} matches none of ${patterns.join(', ')}`);
}

/** Makes the remotes of one app; the signing key is made at the first call. */
export function createRemotes(
  manifest: Manifest,
  installation: Installation,
  clock: Clock,
  apiBaseUrl: () => string,
  onChange: () => void,
): Remotes {
  const configured = new Map<string, string>();
  const kid = randomUUID();
  let pair: ReturnType<typeof generateKeyPair> | undefined;
  const keys = (): ReturnType<typeof generateKeyPair> => (pair ??= generateKeyPair('RS256'));

  const url = (key: string): string | undefined => configured.get(key) ?? declaredBaseUrl(manifest, key);

  function check(remoteKey: string, address: string | null): RemoteWords {
    const configurable = manifest.remotes.get(remoteKey)?.configurable;
    if (configurable === undefined) throw new RemoteRefusal(`Remote ${remoteKey} is not customer-managed`);
    if (address !== null) checkAddress(address, configurable.supportedPatterns);
    const { name, description } = v.parse(WordsSchema, configurable);
    return { key: remoteKey, name: name ?? remoteKey, description };
  }

  return {
    url,
    check,
    set(remoteKey, address) {
      check(remoteKey, address);
      if (address === null) configured.delete(remoteKey);
      else configured.set(remoteKey, address.replace(/\/+$/, ''));
      onChange();
    },
    configurable: () =>
      [...manifest.remotes.values()]
        .filter((remote) => remote.configurable !== undefined)
        .map(({ key }) => ({ key, endpoint: configured.get(key) })),
    all: () => Object.fromEntries([...manifest.remotes.keys()].map((key) => [key, url(key)])),
    async invocationToken(invocation) {
      const { privateKey } = await keys();
      const now = Math.floor(clock.now() / 1000);
      const app = {
        id: manifest.appId,
        version: installation.appVersion,
        installationId: `ari:cloud:ecosystem::installation/${installation.installationId}`,
        apiBaseUrl: apiBaseUrl(),
        environment: {
          type: installation.environmentType,
          id: `ari:cloud:ecosystem::environment/${manifest.appUuid}/${installation.environmentId}`,
        },
        module: { type: invocation.moduleType, key: invocation.moduleKey },
        installation: { id: installation.installationId, contexts: [{ name: installation.contextAri }] },
      };
      const claims = { app, context: { cloudId: installation.cloudId, moduleKey: invocation.moduleKey } };
      return await new SignJWT(
        invocation.accountId === undefined ? claims : { ...claims, principal: invocation.accountId },
      )
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
        .setIssuer('forge/invocation-token')
        .setAudience(manifest.appId)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + TOKEN_SECONDS)
        .setJti(randomUUID())
        .sign(privateKey);
    },
    async jwks() {
      const { publicKey } = await keys();
      return { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }] };
    },
    snapshot: () => Object.fromEntries(configured),
    restore(state) {
      configured.clear();
      for (const [key, address] of Object.entries(v.parse(v.record(v.string(), v.string()), state)))
        configured.set(key, address);
    },
    clear: () => configured.clear(),
  };
}
