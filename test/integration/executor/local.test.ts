import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConnections } from '../../../executor/commands/check';
import { parseCommandLine } from '../../../executor/commands/command-line';
import { initConnection } from '../../../executor/commands/init';
import { loadConfig, parseConfig } from '../../../executor/config';
import { createExecutor } from '../../../executor/create-executor';
import { prepareLocalExecutor } from '../../../executor/local/prepare';
import { createTestApp, executorId, installation, publicKeyOf, type TestApp } from './support/app';

let dir: string;
let app: TestApp;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qc-local-'));
  app = await createTestApp();
});
afterAll(() => rm(dir, { recursive: true }));

const prepare = async (extra: Partial<Parameters<typeof prepareLocalExecutor>[0]> = {}) =>
  prepareLocalExecutor({
    dir,
    executorId,
    app: { installation, keys: [publicKeyOf(app)], receiptUrl: 'http://127.0.0.1:9/receipts' },
    prodApprovers: ['approver-1'],
    ...extra,
  });

describe('the local executor', () => {
  it('has the shop in dev, qa and prod, and starts again with what it had', async () => {
    const first = await prepare();
    const port = first.postgres.port;
    // A second caller finds the running server instead of starting another on the same files.
    const again = await prepare();
    expect(again.postgres.port).toBe(port);
    const executor = await createExecutor(first.config);
    const connections = await app.connections(executor.url);
    expect(connections).toMatchObject([
      {
        key: 'shop-dev',
        minimumApprovals: 1,
        results: 'public',
        protected: false,
        writable: true,
        problem: null,
      },
      { key: 'shop-qa', minimumApprovals: 1, results: 'public', protected: false, problem: null },
      { key: 'shop-prod', minimumApprovals: 2, results: 'restricted', protected: true, problem: null },
    ]);
    await executor.close();
    await first.stop();
    expect((await stat(first.configFile)).mode & 0o777).toBe(0o600);
    const loaded = loadConfig(first.configFile, {});
    expect(loaded).toMatchObject({ ok: true, value: { executorId } });
  });

  it('uses a connection of the user only after init has been shown, and reads only', async () => {
    const local = await prepare();
    const url = local.postgres.superuserUrl('shop_dev');
    const extra = { key: 'mine', name: 'Mine', environment: 'dev' as const, url, role: 'shop_app_ro' };
    const withMine = await prepare({ extraConnections: [extra] });
    const executor = await createExecutor(withMine.config);
    const mine = async () => (await app.connections(executor.url)).find(({ key }) => key === 'mine');
    expect(await mine()).toMatchObject({
      writable: false,
      problem: expect.stringContaining('executor init'),
    });
    expect((await checkConnections(withMine.config)).ok).toBe(false);
    expect(await initConnection(withMine.config, 'mine', 'print')).toContain(
      'create schema if not exists querychange',
    );
    expect(await mine()).toMatchObject({ problem: null, ledgerMode: 'state' });
    await expect(
      prepare({ extraConnections: [{ ...extra, environment: 'prod', allowWrites: true }] }),
    ).rejects.toThrow('never writes there');
    await executor.close();
    await local.stop();
  });
});

describe('configuration', () => {
  it('lists every error at once and quotes no value', () => {
    const connection = {
      key: 'Bad Key',
      name: 'x',
      environment: 'nowhere',
      url: '${env:MISSING}',
      role: 'r',
      limits: {},
    };
    const parsed = parseConfig(
      {
        executorId: '',
        stateDir: 's',
        state: { url: 'http://secret' },
        trustedApps: [],
        connections: [connection],
      },
      { env: {}, baseDir: '.' },
    );
    if (parsed.ok) throw new Error('it was accepted');
    const text = parsed.error.join('\n');
    for (const part of [
      'executorId',
      'connections.0.key',
      'connections.0.environment',
      'MISSING is not set',
      'limits',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('secret');
  });

  it('never lets a prod connection be privileged or a writable one be unapproved', () => {
    const limits = { statementTimeoutMs: 1, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 };
    const base = { key: 'a', name: 'A', environment: 'prod', url: 'postgres://u@h/d', role: 'r', limits };
    const errors = [
      { ...base, allowPrivilegedLogin: true },
      { ...base, writable: true, minimumApprovals: 0 },
      { ...base, writable: true, ledgerMode: 'state' },
    ].map((connection) =>
      parseConfig(
        {
          executorId: 'x',
          stateDir: 's',
          state: { embedded: true },
          trustedApps: [],
          connections: [connection],
        },
        { env: {}, baseDir: '.' },
      ),
    );
    expect(errors.map(({ ok }) => ok)).toEqual([false, false, false]);
  });

  it.each([
    ['an embedded state database', { embedded: true }, 'prod', false],
    ['one that is declared not durable', { embedded: true, durable: false }, 'prod', false],
    ['one that is declared durable', { embedded: true, durable: true }, 'prod', true],
    ['one elsewhere', { url: 'postgres://u@h/state' }, 'prod', true],
    ['an embedded one, without protected connections', { embedded: true }, 'dev', true],
  ])('%s: protected connections are taken or refused', (_name, state, environment, taken) => {
    const limits = { statementTimeoutMs: 1, lockTimeoutMs: 1, maxResultRows: 1, maxResultBytes: 1 };
    const parsed = parseConfig(
      {
        executorId: 'x',
        stateDir: 's',
        state,
        trustedApps: [],
        connections: [{ key: 'k', name: 'K', url: 'postgres://u@h/d', role: 'r', limits, environment }],
      },
      { env: {}, baseDir: '.' },
    );
    expect(parsed.ok).toBe(taken);
    if (!parsed.ok) expect(parsed.error).toEqual([expect.stringContaining('durable: true')]);
  });

  it('understands its command line and nothing else', () => {
    expect(parseCommandLine(['init', '--config', 'f', '--connection', 'k', '--print'])).toEqual({
      name: 'init',
      config: 'f',
      connection: 'k',
      how: 'print',
    });
    for (const how of ['print', 'rotate', 'use-next']) {
      expect(parseCommandLine(['key', '--config', 'f', `--${how}`])).toEqual({
        name: 'key',
        config: 'f',
        how,
      });
    }
    expect(parseCommandLine(['enrol', '--config', 'f'])).toEqual({ name: 'enrol', config: 'f' });
    for (const args of [
      [],
      ['enrol'],
      ['key', '--config', 'f'],
      ['key', '--config', 'f', '--apply'],
      ['key', '--config', 'f', '--rotate', '--use-next'],
      ['init', '--config', 'f', '--connection', 'k', '--rotate'],
      ['serve'],
      ['init', '--config', 'f', '--print', '--apply', '--connection', 'k'],
      ['drop', '--config', 'f'],
    ]) {
      expect(parseCommandLine(args)).toBeNull();
    }
  });
});
