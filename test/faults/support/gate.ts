import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What the gate does to the connection whose COMMIT comes next. */
export type Cut =
  /** Breaks the line before the COMMIT reaches the server. */
  | 'before commit'
  /** Lets the COMMIT through and breaks the line instead of bringing the answer. */
  | 'after commit'
  /** Swallows the COMMIT and everything after it, both ways, and keeps the line open. */
  | 'blackhole before commit'
  /** Lets the COMMIT through, then swallows everything both ways, and keeps the line open. */
  | 'blackhole after commit'
  /** Breaks the line in the midst of the statements. */
  | 'in a statement';

/** In the message that carries COMMIT, and in no other: a session that is only warmed performs the function, it does not select it. */
const commitMark = 'select querychange.end_execution';

/** A TCP proxy before PostgreSQL that spoils lines; its own port stays when the server comes back on another. */
export interface Gate {
  readonly port: number;
  /** Where new lines go. */
  towards(port: number): void;
  /** Spoils the next line that fits. Resolves when it has. */
  spoil(this: void, cut: Cut): Promise<void>;
  close(): Promise<void>;
}

/** Starts a gate before the server at `port`. */
export async function startGate(port: number): Promise<Gate> {
  let upstreamPort = port;
  let armed: { cut: Cut; done: () => void } | null = null;
  const sockets = new Set<Socket>();

  const take = (data: Buffer): Cut | null => {
    if (armed === null) return null;
    const mark = armed.cut === 'in a statement' ? 'pg_sleep' : commitMark;
    if (!data.includes(mark)) return null;
    const { cut, done } = armed;
    armed = null;
    done();
    return cut;
  };

  const server = createServer((client) => {
    const upstream = connect(upstreamPort, '127.0.0.1');
    let spoilt: Cut | null = null;
    const breakLine = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (data) => {
      if (spoilt?.startsWith('blackhole')) return;
      const cut = take(data);
      spoilt ??= cut;
      if (cut === 'before commit') breakLine();
      else if (cut === 'in a statement') {
        upstream.write(data);
        setTimeout(breakLine, 2);
      } else if (cut !== 'blackhole before commit') upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (spoilt === 'after commit') breakLine();
      else if (spoilt === null || spoilt === 'in a statement') client.write(data);
    });
    const blackhole = (): boolean => spoilt?.startsWith('blackhole') ?? false;
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => {
      // In a blackhole nobody hears that the other side has gone.
      if (!blackhole()) client.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    towards(next) {
      upstreamPort = next;
    },
    spoil: (cut) =>
      new Promise((done) => {
        armed = { cut, done };
      }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
