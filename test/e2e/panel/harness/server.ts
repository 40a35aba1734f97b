import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { CSPInjectionService, type CSPDetails } from '@forge/csp';
import type { ChangeView } from '#core/panel/view';
import { FakeBackend, type Backend } from './backend';
import { buildPanels, type BuiltPanels } from './build';
import { tokensCss } from './tokens-css';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** How a page is opened. */
export interface OpenOptions {
  readonly resource?: 'issue-panel' | 'issue-context' | 'admin-page';
  readonly mode?: 'light' | 'dark';
}

/** The built Custom UI on one origin, framed by a page of another, under Forge's own policy. */
export class Harness {
  readonly #sessions = new Map<string, Backend>();
  readonly #app: Server;
  readonly #parent: Server;
  readonly #resources: readonly string[] | undefined;
  #built: BuiltPanels | undefined;

  /** @param resources what is built; the panels when left out */
  constructor(resources?: readonly string[]) {
    this.#resources = resources;
    this.#app = createServer((request, response) => void this.#serveApp(request, response));
    this.#parent = createServer((request, response) => this.#serveParent(request, response));
  }

  /** Builds the panels and listens. */
  async start(): Promise<void> {
    this.#built = await buildPanels(this.#resources);
    for (const server of [this.#app, this.#parent]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    }
  }

  async stop(): Promise<void> {
    await this.#built?.remove();
    for (const server of [this.#app, this.#parent]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** A new page over `view`: its address and the backend behind it. */
  open(view: ChangeView, options: OpenOptions = {}): { url: string; backend: FakeBackend } {
    const backend = new FakeBackend(view);
    return { url: this.serve(backend, options), backend };
  }

  /** The address of a new page that `backend` answers. */
  serve(backend: Backend, options: OpenOptions = {}): string {
    const session = String(this.#sessions.size + 1);
    this.#sessions.set(session, backend);
    const query = new URLSearchParams({
      session,
      resource: options.resource ?? 'issue-panel',
      mode: options.mode ?? 'light',
    });
    return `${this.#origin(this.#parent, '127.0.0.1')}/?${query.toString()}`;
  }

  #origin(server: Server, host: string): string {
    return `http://${host}:${(server.address() as AddressInfo).port}`;
  }

  #serveParent(request: IncomingMessage, response: ServerResponse): void {
    const query = new URL(request.url ?? '/', 'http://parent.invalid').searchParams;
    const frame = `${this.#origin(this.#app, 'localhost')}/${query.get('resource')}/index.html?${query.toString()}`;
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>Issue</title><body style="margin:0">
       <iframe title="Query change" id="panel" src="${frame.replaceAll('&', '&amp;')}"
         style="width:100%;height:100vh;border:0" allow="clipboard-write"></iframe>`,
    );
  }

  async #serveApp(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://app.invalid');
    response.setHeader('content-security-policy', this.#policy());
    try {
      if (url.pathname.startsWith('/__host/')) await this.#serveHost(url, request, response);
      else await serveBuilt(this.#built?.directory ?? '', url.pathname, response);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  }

  async #serveHost(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url.pathname === '/__host/bridge.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(await readFile(new URL('bridge-stub.js', import.meta.url)));
    } else if (url.pathname === '/__host/tokens.css') {
      response.setHeader('content-type', 'text/css');
      response.end(await tokensCss());
    } else {
      const backend = this.#sessions.get(url.searchParams.get('session') ?? '');
      const body = JSON.parse(await text(request)) as HostCall;
      response.setHeader('content-type', 'application/json');
      const answer = await answerOf(backend, url.pathname, body);
      response.end(JSON.stringify(answer ?? null));
    }
  }

  /** The policy that Forge sends for an app without content permissions; reports stay on this machine. */
  #policy(): string {
    const existingCSPDetails = {} as CSPDetails;
    const directives = new CSPInjectionService().getInjectableCSP({
      existingCSPDetails,
      microsEnv: 'prod',
      hostname: this.#origin(this.#parent, '127.0.0.1'),
      isFedRAMP: false,
    });
    return directives.filter((directive) => !directive.startsWith('report-uri')).join('; ');
  }
}

/** Body of a call of the stub: an invocation, a product request or another command. */
interface HostCall {
  readonly name: string;
  readonly payload: Record<string, unknown>;
  readonly path: string;
  readonly command: string;
  readonly data: Record<string, unknown>;
}

async function answerOf(backend: Backend | undefined, route: string, body: HostCall): Promise<unknown> {
  try {
    if (route === '/__host/invoke') return await backend?.invoke(body.name, body.payload);
    if (route === '/__host/product') return backend?.product(body.path);
    return await backend?.bridge?.(body.command, body.data);
  } catch (error) {
    return { thrown: error instanceof Error ? error.message : String(error) };
  }
}

async function serveBuilt(directory: string, pathname: string, response: ServerResponse): Promise<void> {
  const path = join(directory, normalize(pathname));
  const file = await readFile(path);
  response.setHeader('content-type', mediaTypes[extname(path)] ?? 'application/octet-stream');
  if (extname(path) === '.html') {
    response.end(file.toString('utf8').replace('<head>', '<head><script src="/__host/bridge.js"></script>'));
  } else response.end(file);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
