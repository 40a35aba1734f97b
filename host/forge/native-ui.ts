import path from 'node:path';
import { bundle, type Bundle } from './bundle';
import type { HostLog } from './log';
import type { Manifest, Resource } from './manifest';
import { sendFile } from './site/static-files';

/** A UI Kit resource: a source file. */
type NativeResource = Extract<Resource, { source: string }>;

/** Serves resources of modules with `render: native`. */
export interface NativeUi {
  /** HTML of the resource's page as text, for the caller to send with its policy, or another answer. */
  serve(resource: NativeResource, wanted: string): Promise<Response | string>;
}

const SCRIPT = 'main.js';

/** Runs the app and shows nothing: what it describes is rendered by the page around the frame. */
const pageOf = (key: string): string =>
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${key}</title>
  </head>
  <body>
    <script src="${SCRIPT}"></script>
  </body>
</html>
`;

/**
 * Makes the server of UI Kit resources. Sources are bundled at the start and again when they have changed; a source
 * that does not build is told to the log and in the frame, and does not stop the host.
 */
export async function createNativeUi(manifest: Manifest, cacheDir: string, log: HostLog): Promise<NativeUi> {
  const { appDir } = manifest;
  const running = new Map<string, Promise<Bundle>>();

  /** One build at a time per resource: a page that loads twice at once must not build twice. */
  async function build({ key, source }: NativeResource): Promise<Bundle> {
    const made =
      running.get(key) ??
      bundle({
        entry: source,
        baseDir: appDir,
        outDir: path.join(cacheDir, 'native', key),
        name: SCRIPT,
        format: 'iife',
        platform: 'browser',
        react: true,
      }).finally(() => running.delete(key));
    running.set(key, made);
    return await made;
  }

  async function script(resource: NativeResource): Promise<Response> {
    try {
      return await sendFile((await build(resource)).file);
    } catch (error) {
      const words = `Resource ${resource.key} does not build: ${error instanceof Error ? error.message : String(error)}`;
      log.write({ level: 'error', source: 'platform', text: words });
      // The bridge turns what is thrown here into words on the page.
      return new Response(`throw new Error(${JSON.stringify(words)});`, {
        headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' },
      });
    }
  }

  const sources = [...manifest.resources.values()].filter((resource) => 'source' in resource);
  await Promise.all(sources.map(script));

  return {
    async serve(resource, wanted) {
      if (wanted === '' || wanted === 'index.html') return pageOf(resource.key);
      return wanted === SCRIPT ? await script(resource) : new Response('Not found', { status: 404 });
    },
  };
}
