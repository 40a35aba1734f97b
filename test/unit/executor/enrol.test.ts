import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PublicJwk } from '#core/protocol/jwk';
import { generateSigningKey, publicHalf } from '#core/protocol/jws';
import { enrolApp, enrolledWords } from '../../../executor/commands/enrol';
import { loadConfig } from '../../../executor/config';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let key: PublicJwk;
beforeAll(async () => {
  folder = await temporaryFolder('enrol');
  key = publicHalf(await generateSigningKey());
});
afterAll(() => folder.remove());

const installation = 'ari:cloud:ecosystem::installation/1';
const block = (wish: object = {}): string =>
  JSON.stringify({
    installation,
    keys: [key],
    receiptUrl: 'https://example.com/receipts',
    enrolmentTokenSha256: 'a'.repeat(64),
    ...wish,
  });

let files = 0;
/** A configuration file with `trustedApps` as given. */
async function configWith(text: string): Promise<string> {
  files += 1;
  const dir = path.join(folder.path, String(files));
  await mkdir(dir);
  const file = path.join(dir, 'executor.config');
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o640);
  return file;
}
const yaml = (apps: string): string => `# Our executor.
executorId: our-executor
stateDir: state
state: { url: 'postgres://\${env:STATE}' } # beside it
${apps}
connections: []
`;
const env = { STATE: 'state/db' };
const appsOf = (file: string) => {
  const config = loadConfig(file, env);
  if (!config.ok) throw new Error(config.error.join('\n'));
  return config.value.trustedApps;
};
const other = (): string =>
  `{ installation: other, keys: [${JSON.stringify(key)}], receiptUrl: 'https://other.example/' }`;

describe('executor enrol', () => {
  it.each([
    ['an empty list', 'trustedApps: []', []],
    ['a list in blocks', 'trustedApps:\n  # The other site.\n  - OTHER', ['other']],
    ['a list in one line', 'trustedApps: [OTHER]', ['other']],
  ])('adds the app to YAML with %s, and keeps the rest', async (_name, apps, others) => {
    const file = await configWith(yaml(apps.replace('OTHER', other())));
    const enrolled = await enrolApp(file, block(), env);
    expect(enrolled).toMatchObject({ ok: true, value: { executorId: 'our-executor' } });
    expect(appsOf(file).map((app) => app.installation)).toEqual([...others, installation]);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('# Our executor.');
    expect(text).toContain('${env:STATE}');
    if (apps.includes('#')) expect(text).toContain('# The other site.');
  });

  it('replaces the entry of the same installation whole', async () => {
    const file = await configWith(yaml(`trustedApps: [${other()}]`));
    await enrolApp(file, block(), env);
    const next = publicHalf(await generateSigningKey());
    await enrolApp(file, block({ keys: [key, next], enrolmentTokenSha256: undefined }), env);
    const apps = appsOf(file);
    expect(apps.map((app) => app.installation)).toEqual(['other', installation]);
    expect(apps[1]?.keys.map(({ kid }) => kid)).toEqual([key.kid, next.kid]);
    expect(apps[1]).not.toHaveProperty('enrolmentTokenSha256');
  });

  it('leaves JSON as JSON, and the mode of the file as it was', async () => {
    const json = {
      executorId: 'e',
      stateDir: 's',
      state: { embedded: true },
      trustedApps: [],
      connections: [],
    };
    const file = await configWith(JSON.stringify(json));
    await enrolApp(file, block(), env);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ trustedApps: [{ installation }] });
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('prints what goes into the admin page, and no private key', async () => {
    const file = await configWith(yaml('trustedApps: []'));
    const enrolled = await enrolApp(file, block(), env);
    if (!enrolled.ok) throw new Error(enrolled.error.join());
    const words = enrolledWords(enrolled.value);
    expect(words).toContain('executor id: our-executor');
    expect(words).toContain(`thumbprint: ${enrolled.value.publicJwk.kid}`);
    expect(words).not.toContain('"d"');
  });

  it.each([
    ['not JSON', 'no', /not JSON/],
    ['nothing', '', /not JSON/],
    ['no installation', { installation: undefined }, /^installation: is missing/],
    ['no key', { keys: [] }, /^keys: expected/],
    ['a field that it does not know', { url: 'x' }, /^url: /],
    ['a receipt URL without TLS', { receiptUrl: 'http://example.com/' }, /^receiptUrl: expected https/],
    [
      'a token hash that is none',
      { enrolmentTokenSha256: 'abc' },
      /^enrolmentTokenSha256: expected a SHA-256/,
    ],
    [
      'a foreign thumbprint',
      { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43), kid: 'k'.repeat(43) }] },
      /^keys.0: kid/,
    ],
  ])('refuses %s, names it, and writes nothing', async (_name, wish, words) => {
    const file = await configWith(yaml('trustedApps: []'));
    const before = await readFile(file, 'utf8');
    const refused = await enrolApp(file, typeof wish === 'string' ? wish : block(wish), env);
    expect(refused.ok ? 'taken' : refused.error.join('\n')).toMatch(words);
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('refuses a configuration that is not usable', async () => {
    const file = await configWith(yaml('trustedApps: []').replace('stateDir: state', ''));
    expect(await enrolApp(file, block(), env)).toMatchObject({
      ok: false,
      error: [expect.stringMatching(/^stateDir/)],
    });
    expect((await enrolApp(path.join(folder.path, 'nowhere'), block(), env)).ok).toBe(false);
  });
});
