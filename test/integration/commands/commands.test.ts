import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as v from 'valibot';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { IndexProperty } from '#core/property/index-property';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';

/** The commands that people type, run as they type them. */

const root = path.resolve(import.meta.dirname, '../../..');
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder('commands');
});

afterAll(async () => {
  await folder.remove();
});

interface Run {
  readonly child: ChildProcess;
  /** Resolves when the output matches; rejects with the output when the program ends first. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function run(file: string, args: readonly string[]): Run {
  const child = spawn(process.execPath, [path.join(root, file), ...args], { cwd: root });
  let stdout = '';
  let stderr = '';
  const watchers: (() => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    ended,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout);
          if (match) resolve(match);
        };
        watchers.push(look);
        look();
        void ended.then(() => reject(new Error(`ended without ${pattern.source}:\n${stdout}\n${stderr}`)));
      }),
  };
}

/** A free port with the next two free as well, as far as can be told before using them. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function alive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''));
  } catch {
    return false;
  }
}

test('npm run demo -- --json prints one document with the evidence and exits 0', async () => {
  const { code, stdout } = await run('scripts/demo.mjs', ['--json']).ended;
  expect(code).toBe(0);
  const Evidence = v.strictObject({
    issueKey: v.string(),
    statuses: v.array(v.string()),
    order: v.string(),
    receipt: v.string(),
    properties: v.object({
      'query-change': IndexProperty,
      'query-change.result': v.object({ status: v.string() }),
    }),
    jql: v.array(v.object({ jql: v.string(), keys: v.array(v.string()) })),
  });
  const evidence = v.parse(Evidence, JSON.parse(stdout));
  expect(evidence.statuses).toEqual(['Draft', 'In review', 'Approved', 'Succeeded', 'Rolled back']);
  expect(decodeProtectedHeader(evidence.order)['typ']).toBe('qc-order+jws');
  expect(decodeProtectedHeader(evidence.receipt)['typ']).toBe('qc-receipt+jws');
  expect(decodeJwt(evidence.receipt)['jti']).toBe(decodeJwt(evidence.order)['jti']);
  for (const { keys } of evidence.jql) expect(keys).toContain(evidence.issueKey);
});

test('npm start prints one address and the users, keeps its state, refuses a busy port, and stops everything', async () => {
  const port = await freePort();
  const args = ['--port', String(port), '--dir', path.join(folder.path, 'site')];
  const first = run('scripts/start.mjs', args);
  const [, address = ''] = await first.until(/^ {2}(http:\/\/127\.0\.0\.1:\d+\/\?secret=\S+)$/m);
  await first.until(/Ctrl-C stops everything/);
  const [, token = ''] = await first.until(/dana@example\.com\s.*\s(\S+)$/m);
  const opened = await fetch(address, { redirect: 'manual' });
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  expect((await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/`)).ok).toBe(false);
  const authorization = `Basic ${Buffer.from(`dana@example.com:${token}`).toString('base64')}`;
  const myself = await fetch(`http://127.0.0.1:${port}/rest/api/3/myself`, { headers: { authorization } });
  expect(await myself.json()).toMatchObject({ displayName: 'Dana Developer' });
  // Another page of the same machine has neither the secret nor our origin.
  const stranger = await fetch(`http://127.0.0.1:${port}/__host/session`, {
    headers: { origin: 'http://evil.example' },
  });
  expect(stranger.ok).toBe(false);

  const busy = await run('scripts/start.mjs', [
    '--port',
    String(port),
    '--dir',
    path.join(folder.path, 'other'),
  ]).ended;
  expect(busy.code).not.toBe(0);
  expect(busy.stderr).toContain(String(port));

  first.child.kill('SIGINT');
  expect((await first.ended).code).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  expect(await alive(first.child.pid ?? 0)).toBe(false);

  const second = run('scripts/start.mjs', args);
  await second.until(/Ctrl-C stops everything/);
  second.child.kill('SIGINT');
  const { code, stdout } = await second.ended;
  expect(code).toBe(0);
  // Nothing is set up a second time: the snapshot kept it.
  expect(stdout).not.toContain('Setting up the site');
});
