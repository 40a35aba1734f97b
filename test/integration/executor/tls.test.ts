import { chown, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConnections } from '../../../executor/commands/check';
import { parseConfig } from '../../../executor/config';
import { nobody, runsAsRoot } from '../../../executor/embedded/binaries';
import { createAuthority } from '../../support/certificates';
import { type Rig, startRig } from './support/rig';

const ours = createAuthority('Our test authority');
const theirs = createAuthority('Another test authority');
const caFile = join(tmpdir(), `qc-ca-${process.pid}.pem`);
const otherCaFile = join(tmpdir(), `qc-other-ca-${process.pid}.pem`);

let rig: Rig;

/** Has the server show another certificate, from the next connection on. */
async function serve(place: Parameters<typeof ours.certify>[0]): Promise<void> {
  const { certificate, key } = ours.certify(place);
  const [at] = await rig.sql<{ dir: string }>(`select current_setting('data_directory') as dir`);
  for (const [name, words] of [
    ['server.crt', certificate],
    ['server.key', key],
  ] as const) {
    const file = join(at?.dir ?? '', name);
    await writeFile(file, words, { mode: 0o600 });
    if (runsAsRoot()) await chown(file, nobody.uid, nobody.gid);
  }
  await rig.sql('alter system set ssl = on');
  await rig.sql('select pg_reload_conf()');
  while ((await rig.sql<{ on: string }>(`select current_setting('ssl') as on`))[0]?.on !== 'on');
}

beforeAll(async () => {
  await writeFile(caFile, ours.certificate);
  await writeFile(otherCaFile, theirs.certificate);
  rig = await startRig({}, (input) => {
    const [main] = input.connections;
    if (!main) throw new Error('there is no connection');
    const verified = { ...main, adminUrl: undefined, tls: { mode: 'verify-full' as const, ca: caFile } };
    return {
      ...input,
      connections: [
        main,
        { ...verified, key: 'by-address', name: 'By address' },
        {
          ...verified,
          key: 'by-name',
          name: 'By name',
          url: main.url.replace('127.0.0.1', 'localhost'),
        },
        { ...verified, key: 'other-ca', name: 'Other', tls: { mode: 'verify-full', ca: otherCaFile } },
        { ...verified, key: 'no-ca', name: 'No CA', tls: { mode: 'verify-full' } },
        { ...verified, key: 'careless', name: 'Careless', tls: { mode: 'insecure-no-verify' } },
        { ...verified, key: 'plain', name: 'Plain', tls: { mode: 'insecure-plaintext' } },
      ],
    };
  });
});
afterAll(async () => {
  await rig.sql('alter system reset ssl');
  await rig.sql('select pg_reload_conf()');
  await rig.close();
  await rm(caFile);
  await rm(otherCaFile);
});

const checked = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await checkConnections(rig.config)).text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
const unreachable = expect.stringContaining('the database cannot be reached');

test('a server without TLS is not talked to where it has to be verified', async () => {
  const words = await checked();
  expect(words['by-address']).toEqual(unreachable);
  expect(words['careless']).toEqual(unreachable);
  expect(words['plain']).toMatch(/^ready .*; TLS: insecure-plaintext$/);
  expect(words['main']).toMatch(/^ready .*; TLS: loopback$/);
});

test('a certificate of the right authority for the right place is taken, and changes run over it', async () => {
  await serve({ address: '127.0.0.1' });
  const words = await checked();
  expect(words['by-address']).toMatch(/^ready .*; TLS: verify-full$/);
  expect(words['careless']).toMatch(/^ready .*; TLS: insecure-no-verify$/);
  expect(words['other-ca']).toEqual(unreachable);
  expect(words['no-ca']).toEqual(unreachable);
  expect(words['by-name']).toEqual(unreachable);
  const order = await rig.order({ sql: 'select pg_sleep(3)' }, 'by-address');
  await rig.send(order);
  const encrypted = `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where query = 'select pg_sleep(3)'`;
  let seen: object[] = [];
  while (seen.length === 0) seen = await rig.sql(encrypted);
  expect(seen).toEqual([{ ssl: true }]);
  expect((await rig.receipt(order.jti)).claims.status).toBe('succeeded');
});

test('the name in the certificate is the one that was asked for', async () => {
  await serve({ host: 'localhost' });
  const words = await checked();
  expect(words['by-name']).toMatch(/^ready /);
  expect(words['by-address']).toEqual(unreachable);
});

describe('a configuration', () => {
  const connection = {
    key: 'one',
    name: 'One',
    environment: 'dev',
    role: 'r',
    limits: { statementTimeoutMs: 1, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 },
  };
  const parsed = (changes: object, env = {}, state: object = {}) =>
    parseConfig(
      {
        executorId: 'e',
        stateDir: 'state',
        state: { url: 'postgres://u:p@state.example/s', ...state },
        trustedApps: [],
        connections: [{ ...connection, ...changes }],
      },
      { env, baseDir: tmpdir() },
    );
  const url = 'postgres://u:p%40@db.example:5433/shop';

  it('verifies every database that is elsewhere, also the state database', () => {
    const config = parsed({ url });
    if (!config.ok) throw new Error(config.error.join('\n'));
    expect(config.value.connections[0]?.url).toBe(`${url}?sslmode=verify-full`);
    expect(config.value.state).toMatchObject({ url: 'postgres://u:p@state.example/s?sslmode=verify-full' });
    // What was parsed can be parsed again.
    expect(parseConfig(config.value, { env: {}, baseDir: tmpdir() })).toEqual(config);
  });

  it('is judged by the host that is really dialled', () => {
    const config = parsed({ url: 'postgres://u:p@localhost/shop?host=db.example' });
    expect(config.ok && config.value.connections[0]?.url).toContain('sslmode=verify-full');
  });

  it.each([
    [{ url: `${url}?sslmode=disable` }, 'less than verify-full'],
    [{ url: `${url}?sslmode=require` }, 'less than verify-full'],
    [{ url: `${url}?ssl=0` }, 'instead of ssl in the URL'],
    [{ url, tls: { mode: 'insecure-plaintext' }, protected: true }, 'protected connection'],
    [{ url, tls: { mode: 'insecure-no-verify' }, environment: 'prod' }, 'protected connection'],
    [{ url, tls: { mode: 'verify-full', ca: 'not-there.pem' } }, 'cannot be read'],
    [{ url, tls: { mode: 'prefer' } }, 'connections.0.tls.mode'],
  ])('does not ask for less in passing: %j', (changes, words) => {
    const config = parsed(changes, {}, { tls: { mode: 'verify-full' } });
    expect(config.ok ? [] : config.error).toEqual([expect.stringContaining(words)]);
  });

  it('may ask for less in plain words, where nothing is protected', () => {
    const config = parsed(
      { url, tls: { mode: 'insecure-plaintext' } },
      {},
      { tls: { mode: 'insecure-plaintext' } },
    );
    expect(config.ok && config.value.connections[0]?.url).toBe(`${url}?sslmode=disable`);
  });

  it('is refused while the environment switches checks off', () => {
    const config = parsed({ url }, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect(config.ok ? [] : config.error).toEqual([expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED')]);
  });
});
