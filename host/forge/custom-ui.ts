import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CSPInjectionService, CSPProcessingService } from '@forge/csp';
import { bundle } from './bundle';
import { tokensCss } from './bridge/tokens-css';
import type { HostLog } from './log';
import type { Manifest } from './manifest';
import { createNativeUi } from './native-ui';
import { refuseForeign } from './site/guard';
import { fileBelow, sendFile } from './site/static-files';

/** Serves the app's resources on an origin of their own: built folders, and UI Kit sources that it bundles. */
export interface CustomUi {
  handle(request: Request): Promise<Response>;
  /** Reports of the browser about broken content security policies, newest last. */
  violations(): readonly string[];
}

const require = createRequire(import.meta.url);
/** `@forge/csp` wants the parser handed in; we take the one that `@forge/manifest` brings. */
const cheerio = createRequire(require.resolve('@forge/manifest'))('cheerio') as {
  load: ConstructorParameters<typeof CSPProcessingService>[1];
};
const quiet = (): void => undefined;
const silent = { info: quiet, warn: quiet, error: quiet, debug: quiet, trace: quiet };

const here = path.dirname(fileURLToPath(import.meta.url));
const BRIDGE_PATH = '/__host/global-bridge.js';
const TOKENS_PATH = '/__host/tokens.css';
const REPORT_PATH = '/__host/csp-report';

/** Tokens of the sandbox that Forge puts on every Custom UI frame, from the genuine policy. */
export function sandboxTokens(manifest: Manifest): string {
  const sandbox =
    directives(manifest, '<html></html>').find((directive) => directive.startsWith('sandbox ')) ?? '';
  const extra = manifest.permissions['sandbox'];
  return [sandbox.slice('sandbox '.length), ...(Array.isArray(extra) ? extra.map(String) : [])]
    .join(' ')
    .trim();
}

function directives(manifest: Manifest, html: string): string[] {
  const processing = new CSPProcessingService(silent, cheerio.load);
  const existingCSPDetails = processing.getCspDetails(html, manifest.permissions);
  return new CSPInjectionService().getInjectableCSP({ existingCSPDetails, microsEnv: 'prod' });
}

/**
 * The policy that Forge's CDN sends, made by Atlassian's own package. Two directives differ here: the site that may
 * hold the frame is this host, and reports come to it.
 */
function policy(manifest: Manifest, html: string, siteOrigins: readonly string[]): string {
  return directives(manifest, html)
    .map((directive) => {
      if (directive.startsWith('report-uri')) return `report-uri ${REPORT_PATH}`;
      return directive.startsWith('frame-ancestors') ? `${directive} ${siteOrigins.join(' ')}` : directive;
    })
    .join('; ');
}

/** Puts the bridge script first in `<head>`, where Forge puts it. Throws for a page without a head. */
function withBridge(html: string): string {
  const page = html.replace(/<head(\s[^>]*)?>/i, (head) => `${head}<script src="${BRIDGE_PATH}"></script>`);
  if (page === html) throw new Error('The page of a resource needs a <head>');
  return page;
}

/** Makes the handler of the Custom UI origin. */
export async function createCustomUi(options: {
  readonly manifest: Manifest;
  readonly cacheDir: string;
  readonly port: () => number;
  readonly sitePort: () => number;
  readonly log: HostLog;
}): Promise<CustomUi> {
  const { manifest, log } = options;
  const bridgeDir = path.join(here, 'bridge');
  const script = await bundle({
    entry: path.join(bridgeDir, 'global-bridge.ts'),
    baseDir: bridgeDir,
    outDir: options.cacheDir,
    name: 'global-bridge.js',
    format: 'iife',
    platform: 'browser',
  });
  const violations: string[] = [];
  const native = await createNativeUi(manifest, options.cacheDir, log);

  function page(html: string): Response {
    const siteOrigins = [`http://127.0.0.1:${options.sitePort()}`, `http://localhost:${options.sitePort()}`];
    return new Response(withBridge(html), {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy(manifest, html, siteOrigins),
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
      },
    });
  }

  async function report(request: Request): Promise<Response> {
    const text = (await request.text()).slice(0, 4000);
    violations.push(text);
    log.write({
      level: 'error',
      source: 'platform',
      text: `Content security policy violated in a frame: ${text}`,
    });
    return new Response(null, { status: 204 });
  }

  async function serve(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST' && pathname === REPORT_PATH) return await report(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('', { status: 405 });
    if (pathname === BRIDGE_PATH) return await sendFile(script.file);
    if (pathname === TOKENS_PATH) {
      return new Response(tokensCss(), {
        headers: { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'max-age=3600' },
      });
    }
    const [, key = '', ...rest] = pathname.split('/');
    const resource = manifest.resources.get(key);
    if (resource === undefined) return new Response('No such resource', { status: 404 });
    const wanted = rest.join('/');
    if ('source' in resource) {
      const served = await native.serve(resource, wanted);
      return typeof served === 'string' ? page(served) : served;
    }
    const file = fileBelow(resource.dir, wanted === '' ? 'index.html' : wanted);
    if (file === undefined) {
      const text =
        wanted === '' || wanted === 'index.html'
          ? `Resource ${key} is not built: no index.html in its folder`
          : 'Not found';
      return new Response(text, { status: 404 });
    }
    return file.endsWith('.html') ? page(await readFile(file, 'utf8')) : await sendFile(file);
  }

  return {
    violations: () => violations,
    async handle(request) {
      const { pathname } = new URL(request.url);
      // Reports of a sandboxed frame may carry the origin "null".
      return (
        (pathname === REPORT_PATH ? undefined : refuseForeign(request, options.port())) ??
        (await serve(request))
      );
    },
  };
}
