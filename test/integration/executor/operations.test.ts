import { readFileSync } from 'node:fs';
import { parseCommandLine } from '../../../executor/commands/command-line';
import { parseReviewArguments } from '../../../scripts/review/arguments';
import { type Rig, startRig } from './support/rig';

/** docs/operations.md promises that its commands exist, its SQL runs and its metrics are there. */
const page = readFileSync('docs/operations.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({ ...input, private: { port: 0 } }));
  await rig.run({ sql: 'select 1 / 0' });
});
afterAll(() => rig.close());

const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));

test.each(commands)('%s', (line) => {
  const words = [...line.replace(/ < .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    (word) => word[1] ?? word[2] ?? '',
  );
  const review = 'npm run -s review --'.split(' ');
  if (words.slice(0, review.length).join(' ') === review.join(' ')) {
    expect(parseReviewArguments(words.slice(review.length))).toEqual(expect.any(Object));
    return;
  }
  expect(words[0]).toBe('executor');
  expect(parseCommandLine(words.slice(1))).not.toBeNull();
});

test.each(blocks('sql target'))('in the target database: %s', async (sql) => {
  // The page's transaction id is an example; a young server has not got so far.
  const known = sql.replaceAll("'1234'::xid8", 'pg_current_xact_id()');
  const ran = rig.server.admin(rig.database, `begin; ${known}; rollback`).then(() => 'ran');
  await expect(ran).resolves.toBe('ran');
});

test.each(blocks('sql state'))('in the state database: %s', async (sql) => {
  const { state } = rig.config;
  const database = 'url' in state ? new URL(state.url).pathname.slice(1) : '';
  await expect(rig.server.admin(database, sql)).resolves.toBeDefined();
});

test('every metric of the page is served', async () => {
  await rig.app.send(rig.executor.url, 'GET', '/v1/connections', '', { token: 'none' });
  const served = await (await fetch(`${rig.executor.privateUrl ?? ''}/metrics`)).text();
  const named = new Set([...page.matchAll(/query_change_[a-z_]+/g)].map(([name]) => name));
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !served.includes(`# TYPE ${name} `))).toEqual([]);
  expect(commands.length).toBeGreaterThan(8);
});
