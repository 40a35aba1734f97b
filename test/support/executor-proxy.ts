import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What stands between the app and its executor, so that a test can cut, hold and repeat what passes. */
export interface ExecutorProxy {
  readonly url: string;
  /** Every request that arrived, oldest first. */
  readonly seen: readonly { readonly method: string; readonly path: string }[];
  /**
   * Asked for each request; `cut` ends it unanswered, `drop-answer` lets it through and loses the answer,
   * `forget` answers as an executor does that never heard of it.
   */
  judge: (method: string, path: string) => Verdict;
  /** Until it resolves, answers to orders are held back: the executor has them already. */
  holdOrders: Promise<void> | undefined;
  close(): Promise<void>;
}

type Verdict = 'pass' | 'cut' | 'drop-answer' | 'forget';

/** Starts a proxy in front of the address that `target` names at the moment of each request. */
export async function startExecutorProxy(target: () => string): Promise<ExecutorProxy> {
  const seen: { method: string; path: string }[] = [];
  const server = createServer((request, response) => {
    void forward(request, response).catch(() => response.destroy());
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    seen.push({ method, path });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
    const verdict = proxy.judge(method, path);
    if (verdict === 'cut') {
      response.destroy();
      return;
    }
    if (verdict === 'forget') {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ code: 'not-found', message: 'there is no such execution', delivery: null }),
      );
      return;
    }
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name)
        ? [[name, value]]
        : [],
    );
    const answer = await fetch(target() + path, {
      method,
      headers,
      ...(method === 'GET' ? {} : { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (path === '/v1/orders') await proxy.holdOrders;
    if (verdict === 'drop-answer') {
      response.destroy();
      return;
    }
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
    });
    response.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const proxy: ExecutorProxy = {
    url: `http://127.0.0.1:${port}`,
    seen,
    judge: () => 'pass',
    holdOrders: undefined,
    close: async () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;
}
