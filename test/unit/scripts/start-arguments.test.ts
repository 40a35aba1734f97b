import { parseStartArguments } from '../../../scripts/local/start-arguments';

const url = { QUERY_CHANGE_URL_MY_DB: 'postgres://user:secret@db.example.com/app' };
const own = ['--connection', 'my-db', '--role', 'app_ro'];

describe('npm start', () => {
  test('needs no arguments', () => {
    expect(parseStartArguments([], {})).toEqual({
      ok: true,
      value: {
        port: 4380,
        fresh: false,
        unprovisioned: false,
        history: undefined,
        dir: undefined,
        connections: [],
      },
    });
  });

  test('adds a database of the user, read-only, its URL by reference and never in the arguments', () => {
    const parsed = parseStartArguments(own, url);
    expect(parsed.ok && parsed.value.connections).toEqual([
      {
        key: 'my-db',
        name: 'my-db',
        environment: 'dev',
        url: '${env:QUERY_CHANGE_URL_MY_DB}',
        role: 'app_ro',
        allowWrites: false,
      },
    ]);
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test('makes up a history on a site that is set up', () => {
    expect(parseStartArguments(['--fresh', '--history', '2000'], {})).toMatchObject({
      ok: true,
      value: { history: 2000 },
    });
    for (const args of [
      ['--history', '3'],
      ['--history', 'many'],
      ['--history', '20001'],
      ['--history', '100', '--unprovisioned'],
    ])
      expect(parseStartArguments(args, {})).toMatchObject({
        ok: false,
        error: expect.stringContaining('--history') as string,
      });
  });

  test('takes the URL from a file', () => {
    const parsed = parseStartArguments([...own, '--url-file', '/run/secrets/url', '--allow-writes'], {});
    expect(parsed.ok && parsed.value.connections[0]).toMatchObject({
      url: '${file:/run/secrets/url}',
      allowWrites: true,
    });
  });

  test.each([
    ['a URL is missing', own, {}, /QUERY_CHANGE_URL_MY_DB/],
    ['writes on prod', [...own, '--environment', 'prod', '--allow-writes'], url, /prod is never writable/],
    ['an unknown environment', [...own, '--environment', 'live'], url, /dev, qa, staging, prod/],
    ['a role is missing', ['--connection', 'my-db'], url, /--role is missing/],
    ['a URL instead of a name', ['--connection', 'postgres://x'], url, /small letters/],
    ['writes without a connection', ['--allow-writes'], {}, /go with --connection/],
    ['a wild port', ['--port', '80'], {}, /1024/],
    ['an unknown option', ['--url', 'postgres://x'], {}, /Unknown option/],
  ])('refuses when %s', (_what, args, env, message) => {
    const parsed = parseStartArguments(args, env);
    expect(parsed.ok ? '' : parsed.error).toMatch(message);
  });
});
