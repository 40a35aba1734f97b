import { randomBytes, randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { AppModule, Meter, ValidatorReply } from '../contract';
import type { Installation } from './installation';
import type { HostLog } from './log';
import type { FunctionDeclaration, Manifest } from './manifest';
import { InvocationFailure, type Runtime } from './runtime';

/** One running invocation, as the gateway needs to know it. */
export interface Invocation {
  readonly id: string;
  readonly functionKey: string;
  readonly moduleKey: string;
  readonly moduleType: string;
  /** The user who invoked; absent for triggers, consumers, schedules, web triggers and workflow rules. */
  readonly accountId: string | undefined;
  /** Product context of a resolver call (`issue`, `project`, …); realtime channels are bound to it. */
  readonly extension: Readonly<Record<string, unknown>> | undefined;
}

/** Says that nothing of that name is in the manifest, or that it has no function. */
export class NoSuchModule extends Error {
  override readonly name = 'NoSuchModule';
}

/** Context that a resolver and a frame get about the page they are on. */
export interface ExtensionContext {
  readonly [property: string]: unknown;
}

/** The calling conventions of Forge functions, one method each. Methods reject with InvocationFailure. */
export interface Invoker {
  /** `({ call, context }, { principal, … })`, dispatched inside by `@forge/resolver`. */
  resolver(
    moduleKey: string,
    functionKey: string,
    payload: unknown,
    accountId: string,
    extension: ExtensionContext,
  ): Promise<unknown>;
  /** `(payload) → { result, errorMessage }`; no user. Anything else than a boolean result rejects. */
  validator(moduleKey: string, payload: unknown): Promise<ValidatorReply>;
  /** `(event)`; a returned `_retry` asks for another delivery. */
  postFunction(moduleKey: string, payload: unknown): Promise<unknown>;
  /** `(event)` for product events. */
  trigger(moduleKey: string, payload: unknown): Promise<unknown>;
  /** `(AsyncEvent)` for queue consumers. */
  consumer(moduleKey: string, event: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** `({ context })` for scheduled triggers. */
  scheduled(moduleKey: string): Promise<unknown>;
  /** `(request) → response` for web triggers. */
  webTrigger(moduleKey: string, request: unknown): Promise<unknown>;
  /** Any function by its key with raw arguments (custom field values, JQL functions, tests). */
  raw(functionKey: string, args: readonly unknown[], accountId?: string): Promise<unknown>;
  /** Running invocations by id. */
  readonly active: ReadonlyMap<string, Invocation>;
}

/** What invocations need. */
export interface InvokerOptions {
  readonly manifest: Manifest;
  readonly installation: Installation;
  readonly runtime: Runtime;
  readonly meter: Meter;
  readonly log: HostLog;
  readonly bundleFile: (declaration: FunctionDeclaration) => string;
  readonly siteUrl: () => string;
  readonly proxyUrl: () => string;
  /** Called after an invocation has ended. */
  readonly onEnd: () => void;
}

const SYNC_MS = 25_000;
const LONG_MS = 55_000;

/** Sync 25 s; web triggers and actions 55 s; async functions 55 s or their `timeoutSeconds` (limits-invocation). */
function timeoutMs(moduleType: string, declaration: FunctionDeclaration): number {
  if (moduleType === 'consumer' || moduleType === 'scheduledTrigger') {
    return (declaration.timeoutSeconds ?? LONG_MS / 1000) * 1000;
  }
  const limit = moduleType === 'webtrigger' || moduleType === 'action' ? LONG_MS : SYNC_MS;
  return Math.min(limit, (declaration.timeoutSeconds ?? limit / 1000) * 1000);
}

const ValidatorReplySchema = v.object({ result: v.boolean(), errorMessage: v.optional(v.string()) });
const ResolverSchema = v.looseObject({ function: v.string() });

function functionOf(module: AppModule): string | undefined {
  const named = module['function'];
  if (typeof named === 'string') return named;
  const resolver = v.safeParse(ResolverSchema, module['resolver']);
  return resolver.success ? resolver.output.function : undefined;
}

/** Finds a module by type and key. */
export function findModule(manifest: Manifest, type: string, key: string): AppModule | undefined {
  return manifest.modules[type]?.find((module) => module.key === key);
}

/** Finds the type of the module that has this key and a resolver. */
function resolverModule(manifest: Manifest, key: string): { type: string; module: AppModule } {
  for (const [type, modules] of Object.entries(manifest.modules)) {
    const module = modules.find((candidate) => candidate.key === key && candidate['resolver'] !== undefined);
    if (module !== undefined) return { type, module };
  }
  throw new NoSuchModule(`No module ${key} with a resolver in the manifest`);
}

interface Call {
  readonly functionKey: string;
  readonly moduleKey: string;
  readonly moduleType: string;
  readonly args: readonly unknown[];
  readonly accountId?: string;
  readonly extension?: ExtensionContext;
}

/** Joins manifest, runtime and meter into the calling conventions. */
export function createInvoker(options: InvokerOptions): Invoker {
  const { manifest, installation, runtime, meter, log } = options;
  const active = new Map<string, Invocation>();

  function declarationOf(functionKey: string): FunctionDeclaration {
    const declaration = manifest.functions.get(functionKey);
    if (declaration === undefined) throw new NoSuchModule(`No function ${functionKey} in the manifest`);
    return declaration;
  }

  const installed = {
    ari: { installationId: installation.installationId },
    contexts: [{ cloudId: installation.cloudId }],
  };

  /** The second argument of every function. */
  const payloadContext = (accountId: string | undefined): object => ({
    installContext: installation.contextAri,
    ...(accountId === undefined ? {} : { principal: { accountId } }),
    license: { active: true },
    installation: installed,
  });

  const eventContext = (moduleKey: string): object => ({
    cloudId: installation.cloudId,
    moduleKey,
    environmentId: installation.environmentId,
    environmentType: installation.environmentType,
    siteUrl: options.siteUrl(),
  });

  async function run(call: Call): Promise<unknown> {
    const declaration = declarationOf(call.functionKey);
    const id = randomUUID();
    const limit = timeoutMs(call.moduleType, declaration);
    active.set(id, {
      id,
      functionKey: call.functionKey,
      moduleKey: call.moduleKey,
      moduleType: call.moduleType,
      accountId: call.accountId,
      extension: call.extension,
    });
    const bill = (ms: number, outcome: 'ok' | 'error'): void => {
      const gbSeconds = (declaration.memoryMB / 1024) * (ms / 1000);
      meter.invocation({
        invocationId: id,
        functionKey: call.functionKey,
        moduleType: call.moduleType,
        ms,
        gbSeconds,
        outcome,
      });
    };
    try {
      const { value, ms } = await runtime.invoke({
        id,
        bundle: options.bundleFile(declaration),
        exportName: declaration.exportName,
        args: call.args,
        timeoutMs: limit,
        runtime: {
          contextAri: installation.contextAri,
          appContext: {
            appId: manifest.appUuid,
            appVersion: installation.appVersion,
            environmentId: installation.environmentId,
            environmentType: installation.environmentType,
            invocationId: id,
            installationId: installation.installationId,
            functionKey: call.functionKey,
            moduleType: call.moduleType,
            moduleKey: call.moduleKey,
            license: { active: true },
            permissions: { scopes: manifest.scopes, external: manifest.permissions['external'] ?? {} },
          },
          container: {
            region: 'local',
            runtime: manifest.runtime,
            handler: `${declaration.file}.${declaration.exportName}`,
          },
          ...(call.accountId === undefined ? {} : { aaid: call.accountId }),
          tracing: { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') },
          realtime: call.extension === undefined ? {} : { contextToken: id },
          proxyUrl: options.proxyUrl(),
        },
      });
      bill(ms, 'ok');
      return value;
    } catch (error) {
      if (error instanceof InvocationFailure) {
        bill(error.ms, 'error');
        const text = `${error.errorType}: ${error.message}${error.appStack === undefined ? '' : `\n${error.appStack}`}`;
        log.write({
          level: 'error',
          source: 'platform',
          invocationId: id,
          functionKey: call.functionKey,
          text,
        });
      }
      throw error;
    } finally {
      active.delete(id);
      options.onEnd();
    }
  }

  async function runModule(moduleType: string, moduleKey: string, payload: unknown): Promise<unknown> {
    const module = findModule(manifest, moduleType, moduleKey);
    const functionKey = module === undefined ? undefined : functionOf(module);
    if (functionKey === undefined)
      throw new NoSuchModule(`No ${moduleType} ${moduleKey} with a function in the manifest`);
    return await run({ functionKey, moduleKey, moduleType, args: [payload, payloadContext(undefined)] });
  }

  const withContext = (moduleKey: string, payload: unknown): object => ({
    ...(typeof payload === 'object' ? payload : {}),
    context: eventContext(moduleKey),
  });

  return {
    active,
    async resolver(moduleKey, functionKey, payload, accountId, extension) {
      const { type, module } = resolverModule(manifest, moduleKey);
      const resolver = v.parse(ResolverSchema, module['resolver']).function;
      const context = {
        ...eventContext(moduleKey),
        accountId,
        localId: localId(installation, moduleKey, extension),
        extension,
      };
      const args = [{ call: { functionKey, payload }, context }, payloadContext(accountId)];
      return await run({ functionKey: resolver, moduleKey, moduleType: type, args, accountId, extension });
    },
    async validator(moduleKey, payload) {
      const value = await runModule('jira:workflowValidator', moduleKey, payload);
      const reply = v.safeParse(ValidatorReplySchema, value);
      if (!reply.success) {
        throw new InvocationFailure(
          'INVALID_RESULT',
          `Validator ${moduleKey} did not return { result: boolean }`,
          0,
        );
      }
      const { result, errorMessage } = reply.output;
      return errorMessage === undefined ? { result } : { result, errorMessage };
    },
    postFunction: async (moduleKey, payload) =>
      await runModule('jira:workflowPostFunction', moduleKey, withContext(moduleKey, payload)),
    trigger: async (moduleKey, payload) =>
      await runModule('trigger', moduleKey, withContext(moduleKey, payload)),
    consumer: async (moduleKey, event) => await runModule('consumer', moduleKey, event),
    scheduled: async (moduleKey) =>
      await runModule('scheduledTrigger', moduleKey, {
        context: { cloudId: installation.cloudId, moduleKey },
      }),
    webTrigger: async (moduleKey, request) =>
      await runModule('webtrigger', moduleKey, withContext(moduleKey, request)),
    raw: async (functionKey, args, accountId) =>
      await run({
        functionKey,
        moduleKey: functionKey,
        moduleType: 'function',
        args: [...args, payloadContext(accountId)],
        ...(accountId === undefined ? {} : { accountId }),
      }),
  };
}

/** `localId` of a module on a page: stable for one issue or one gadget. */
export function localId(installation: Installation, moduleKey: string, extension: ExtensionContext): string {
  const place = extension['issue'] ?? extension['gadget'];
  const id = typeof place === 'object' && place !== null && 'id' in place ? String(place.id) : 'site';
  return `ari:cloud:ecosystem::extension/${installation.installationId}/static/${moduleKey}/${id}`;
}
