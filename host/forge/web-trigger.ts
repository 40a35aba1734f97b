import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { findModule, type Invoker } from './invoke';
import type { Manifest } from './manifest';

const UrlsSchema = v.array(v.tuple([v.string(), v.string()]));
const OutputsSchema = v.looseObject({
  type: v.optional(v.picklist(['static', 'dynamic']), 'dynamic'),
  outputs: v.optional(
    v.array(
      v.looseObject({
        key: v.string(),
        statusCode: v.number(),
        body: v.optional(v.string()),
        contentType: v.optional(v.string()),
      }),
    ),
    [],
  ),
});
const StaticReplySchema = v.looseObject({ outputKey: v.string() });
const DynamicReplySchema = v.looseObject({
  statusCode: v.optional(v.number(), 200),
  headers: v.optional(v.record(v.string(), v.union([v.string(), v.array(v.string())])), {}),
  body: v.optional(v.string(), ''),
});

/** Public URLs of web triggers and what answers them. */
export interface WebTriggers {
  /** A stable URL path for a module; `forceCreate` makes another. Undefined when there is no such module. */
  path(moduleKey: string, forceCreate?: boolean): string | undefined;
  /** All paths that exist, by module. */
  list(): { moduleKey: string; path: string }[];
  remove(id: string): boolean;
  /** Serves a request to `/x1/<id>…` or `/public/<id>…`. */
  serve(request: Request): Promise<Response>;
  snapshot(): unknown;
  restore(state: unknown): void;
  clear(): void;
}

/** Invocation payload limit; ⚠ which status the platform answers to a larger body is not documented. */
const MAX_BODY = 5 * 1024 * 1024;
const PATH = /^\/(?:x1|public)\/([^/?#]+)(\/.*)?$/;

function multi(entries: Iterable<[string, string]>): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const [name, value] of entries) (result[name] ??= []).push(value);
  return result;
}

function staticReply(response: v.InferOutput<typeof OutputsSchema>, value: unknown): Response {
  const reply = v.safeParse(StaticReplySchema, value);
  const output = reply.success
    ? response.outputs.find(({ key }) => key === reply.output.outputKey)
    : undefined;
  if (output === undefined) return new Response('', { status: 500 });
  const headers = { 'content-type': output.contentType ?? 'text/plain' };
  return new Response(output.body ?? '', { status: output.statusCode, headers });
}

function dynamicReply(value: unknown): Response {
  const reply = v.safeParse(DynamicReplySchema, value);
  if (!reply.success) return new Response('', { status: 500 });
  const headers = new Headers();
  for (const [name, values] of Object.entries(reply.output.headers)) {
    for (const one of [values].flat()) headers.append(name, one);
  }
  return new Response(reply.output.body, { status: reply.output.statusCode, headers });
}

/** Makes the registry; `invoker` runs the functions. */
export function createWebTriggers(manifest: Manifest, invoker: Invoker, onChange: () => void): WebTriggers {
  const urls = new Map<string, string>();

  /** `urlFormat: v2` URLs have `/public/`, older ones `/x1/`; the SDK deletes either. */
  function pathOf(id: string, moduleKey: string): string {
    const format = findModule(manifest, 'webtrigger', moduleKey)?.['urlFormat'];
    return `/${format === 'v2' ? 'public' : 'x1'}/${id}`;
  }

  return {
    path(moduleKey, forceCreate = false) {
      if (findModule(manifest, 'webtrigger', moduleKey) === undefined) return undefined;
      const existing = [...urls].find(([, key]) => key === moduleKey)?.[0];
      if (existing !== undefined && !forceCreate) return pathOf(existing, moduleKey);
      const id = randomUUID();
      urls.set(id, moduleKey);
      onChange();
      return pathOf(id, moduleKey);
    },
    list: () => [...urls].map(([id, moduleKey]) => ({ moduleKey, path: pathOf(id, moduleKey) })),
    remove(id) {
      onChange();
      return urls.delete(id);
    },
    async serve(request) {
      const url = new URL(request.url);
      const [, id = '', userPath = ''] = PATH.exec(url.pathname) ?? [];
      const moduleKey = urls.get(id);
      const module = moduleKey === undefined ? undefined : findModule(manifest, 'webtrigger', moduleKey);
      if (moduleKey === undefined || module === undefined) return new Response('Not found', { status: 404 });
      const body = await request.text();
      if (Buffer.byteLength(body) > MAX_BODY) return new Response('', { status: 413 });
      const response = v.parse(OutputsSchema, module['response'] ?? {});
      try {
        const value = await invoker.webTrigger(moduleKey, {
          method: request.method,
          path: url.pathname,
          userPath,
          headers: multi(request.headers.entries()),
          queryParameters: multi(url.searchParams.entries()),
          body,
        });
        return response.type === 'static' ? staticReply(response, value) : dynamicReply(value);
      } catch {
        return new Response('', { status: 500 });
      }
    },
    snapshot: () => [...urls],
    restore(state) {
      urls.clear();
      for (const [id, key] of v.parse(UrlsSchema, state)) urls.set(id, key);
    },
    clear: () => urls.clear(),
  };
}
