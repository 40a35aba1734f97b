import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createGuard, refuseForeign } from '../../../host/forge/site/guard';
import { fileBelow } from '../../../host/forge/site/static-files';

const at = (headers: Record<string, string>, url = 'http://127.0.0.1:8080/'): Request =>
  new Request(url, { headers });

describe('refuseForeign', () => {
  it.each([
    [{ host: '127.0.0.1:8080' }, undefined],
    [{ host: 'localhost:8080', origin: 'http://localhost:8080' }, undefined],
    [{}, 421],
    [{ host: 'rebound.example.com:8080' }, 421],
    [{ host: '127.0.0.1:9' }, 421],
    [{ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:9' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'https://127.0.0.1:8080' }, 403],
    [{ host: '127.0.0.1:8080', origin: 'null' }, 403],
  ])('%p: %p', (headers, status) => {
    expect(refuseForeign(at(headers as Record<string, string>), 8080)?.status).toBe(status);
  });
});

describe('sessions', () => {
  it('open with the secret only, and each has a user of its own', () => {
    const guard = createGuard(8080, 'alice');
    const enter = (): string =>
      guard
        .enter(at({}, `http://127.0.0.1:8080/browse/QC-1?${guard.entryQuery}&tab=2`))
        ?.headers.get('set-cookie')
        ?.split(';')[0] ?? '';
    const [first, second] = [enter(), enter()];
    const session = guard.session(at({ cookie: `other=1; ${first}` }));
    expect(session?.accountId).toBe('alice');
    if (session) session.accountId = 'bob';
    expect(guard.session(at({ cookie: second }))?.accountId).toBe('alice');
    expect(guard.session(at({ cookie: `${first}x` }))).toBeUndefined();
    expect(guard.enter(at({}, 'http://127.0.0.1:8080/?secret='))?.status).toBe(403);
    expect(guard.enter(at({}))).toBeUndefined();
  });

  it('are not those of another start', () => {
    const query = createGuard(8080, 'alice').entryQuery;
    expect(createGuard(8080, 'alice').enter(at({}, `http://127.0.0.1:8080/?${query}`))?.status).toBe(403);
  });
});

describe('fileBelow', () => {
  const here = path.resolve('test/unit/host');
  it.each([
    ['guard.test.ts', true],
    ['../../../package.json', false],
    ['..%2f..%2f..%2fpackage.json', false],
    ['%00', false],
    ['%zz', false],
    ['', false],
  ])('%p: %p', (urlPath, found) => {
    expect(fileBelow(here, urlPath) !== undefined).toBe(found);
  });
});
