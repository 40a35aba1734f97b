import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

/** A listening HTTP server. */
export interface Listening {
  readonly url: string;
  /** Takes no more connections; resolves when open requests are answered. */
  close(): Promise<void>;
}

/** Patience with somebody who sends a head or a body slowly, milliseconds; the largest body is 1 MiB. */
const headersTimeout = 10_000;
const requestTimeout = 30_000;

/**
 * Listens on an address.
 * @throws Error when the port is busy
 */
export async function listen(app: Hono, address: { host: string; port: number }): Promise<Listening> {
  let closing = false;
  // A client that goes on asking over one kept connection would hold up the end for as long as it likes.
  const fetch = async (...asked: Parameters<Hono['fetch']>): Promise<Response> => {
    const response = await app.fetch(...asked);
    if (closing) response.headers.set('connection', 'close');
    return response;
  };
  return new Promise((done, fail) => {
    const options = {
      fetch,
      hostname: address.host,
      port: address.port,
      serverOptions: { headersTimeout, requestTimeout },
    };
    const server = serve(options, (info) => {
      const host = address.host.includes(':') ? `[${address.host}]` : address.host;
      done({
        url: `http://${host}:${info.port}`,
        close: () =>
          new Promise((closed) => {
            closing = true;
            server.close(() => closed());
            if ('closeIdleConnections' in server) server.closeIdleConnections();
          }),
      });
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      const busy = error.code === 'EADDRINUSE';
      fail(busy ? new Error(`port ${address.port} on ${address.host} is in use`) : error);
    });
  });
}
