import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

/** Serves one request; `remoteOk` is not its business, the listener binds to this machine only. */
type Handler = (request: Request) => Promise<Response> | Response;

/** Another program has the port. `exitCode` is what a command line should end with. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';
  readonly exitCode = 3;
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} on 127.0.0.1 is in use by another program. Stop it or choose another port.`);
    this.port = port;
  }
}

/** A listener that was opened before there was anything to serve, so that its port is known. */
export interface Listener {
  readonly port: number;
  /** Until it is called, requests wait. */
  serve(handler: Handler): void;
  close(): Promise<void>;
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
}

async function bind(server: Server, port: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    server.once('error', (error) => reject(isBusy(error) ? new PortBusyError(port) : error));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

function promiseWithResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: ((value: T) => void) | undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve: (value) => resolve?.(value) };
}

/**
 * A client may send its next request just when the server ends a connection that has been idle for long, and meets the end.
 * Clients take their own patience from this one, and end first if it is longer than this process is ever busy.
 */
const keepAliveTimeout = 60_000;

/** Listens on 127.0.0.1; port 0 takes a free one. Rejects with PortBusyError. */
export async function openListener(port: number): Promise<Listener> {
  const { promise: ready, resolve: start } = promiseWithResolvers<Handler>();
  const listen = getRequestListener(async (request) => await (await ready)(request), {
    overrideGlobalObjects: false,
  });
  const server = createServer({ keepAliveTimeout }, (request, response) => void listen(request, response));
  const actual = await bind(server, port);
  return {
    port: actual,
    serve: start,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
    },
  };
}
