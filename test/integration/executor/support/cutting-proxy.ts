import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before PostgreSQL that can cut the connection at COMMIT. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts once: before the COMMIT reaches the server, or after, so that only its answer is lost. */
  cutAtCommit(when: 'before' | 'after'): void;
  readonly cuts: number;
  close(): Promise<void>;
}

export async function startCuttingProxy(serverPort: number): Promise<CuttingProxy> {
  let armed: 'before' | 'after' | null = null;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    let mute = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => {
      const commits = armed !== null && data.includes('querychange.end_execution');
      if (!commits) {
        upstream.write(data);
        return;
      }
      const when = armed;
      armed = null;
      cuts += 1;
      if (when === 'before') {
        client.destroy();
        upstream.destroy();
        return;
      }
      mute = true;
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!mute) {
        client.write(data);
        return;
      }
      // The server has answered, so it has committed; nobody hears of it.
      client.destroy();
      upstream.destroy();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    cutAtCommit(when) {
      armed = when;
    },
    get cuts() {
      return cuts;
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
