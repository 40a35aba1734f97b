import path from 'node:path';
import { initConnection } from '../../../executor/commands/init';
import { journey } from '../../../scripts/local/journey';
import { startLocalSite, type LocalSite } from '../../../scripts/local/local-site';
import { adminCall } from '../../../scripts/local/set-up-site';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';
import { startTestServer, type TestServer } from '../../support/postgres';

/** A database of the user's own on the local site: `npm start -- --connection mine …`. */

const appDir = path.resolve(import.meta.dirname, '../../..');
const variable = 'QUERY_CHANGE_URL_MINE';
let folder: TemporaryFolder;
let site: LocalSite;
let server: TestServer;

const start = async (allowWrites: boolean): Promise<LocalSite> =>
  startLocalSite({
    appDir,
    dir: folder.path,
    banner: 'one person plays everybody here',
    extraConnections: [
      {
        key: 'mine',
        name: 'mine',
        environment: 'dev',
        url: `\${env:${variable}}`,
        role: 'app_reader',
        allowWrites,
      },
    ],
  });

beforeAll(async () => {
  folder = await temporaryFolder('own');
  server = await startTestServer();
  await server.admin('postgres', 'drop database if exists own with (force)');
  await server.admin('postgres', 'create database own');
  await server.admin('postgres', 'drop role if exists app_reader');
  await server.admin('postgres', 'create role app_reader nologin');
  await server.admin('own', 'create table notes (note text)');
  await server.admin('own', 'grant select, insert on notes to app_reader');
  process.env[variable] = server.postgres.superuserUrl('own');
  site = await start(false);
});

afterAll(async () => {
  delete process.env[variable];
  await site.close();
  await server.stop();
  await folder.remove();
});

test('is refused until init has shown its schema, then reads, and never writes unless it may', async () => {
  const by = journey(site.host);
  const issue = await by.create('developer', 'Look at my notes');
  const mine = async () =>
    (await by.must('developer', issue.key, 'view', {})).connections.find(({ key }) => key === 'mine');
  expect(await mine()).toMatchObject({
    writable: false,
    approvalsRequired: 1,
    problem: expect.stringContaining('init'),
  });

  expect(await initConnection(site.databases.config, 'mine', 'print')).toContain('querychange');
  await adminCall(site.host, 'test-executor', {});
  expect(await mine()).toMatchObject({ problem: null, writable: false, ledgerMode: 'state' });

  const content = { connection: 'mine', rollback: null, reason: 'A look.' };
  const runAs = async (key: string, baseVersion: number, sql: string): Promise<string> => {
    await by.must('developer', key, 'save-draft', { baseVersion, content: { ...content, sql } });
    const { revision } = await by.must('developer', key, 'submit', { version: baseVersion + 1 });
    const digest = revision?.digest ?? '';
    await by.must('firstApprover', key, 'approve', { digest, comment: '' });
    await by.must('developer', key, 'run', { digest });
    await by.untilStatus(key, ['Succeeded', 'Failed', 'Approved']);
    await site.host.idle();
    return by.status(key);
  };
  expect(await runAs(issue.key, 0, 'SELECT count(*) FROM public.notes')).toBe('Succeeded');

  const write = await by.create('developer', 'Write a note');
  expect(await runAs(write.key, 0, "INSERT INTO public.notes VALUES ('not allowed')")).not.toBe('Succeeded');
  expect(await server.admin('own', 'select note from notes')).toEqual([]);
});

test('says on every page that one person plays everybody here', async () => {
  const opened = await fetch(site.host.openUrl, { redirect: 'manual' });
  const cookie = opened.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const session = await fetch(`${site.host.url}/__host/session`, { headers: { cookie } });
  expect(await session.json()).toMatchObject({ banner: 'one person plays everybody here' });
});
