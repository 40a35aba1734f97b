import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';

/** `npm run review`, as it is typed by people and by pipelines. */

const root = path.resolve(import.meta.dirname, '../../..');
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder('review');
});
afterAll(async () => {
  await folder.remove();
});

function review(
  args: readonly string[],
  input = '',
): { status: number | null; stdout: string; stderr: string } {
  const program = path.join(root, 'scripts/review.mjs');
  return spawnSync(process.execPath, [program, ...args], { cwd: root, input, encoding: 'utf8' });
}

function file(name: string, text: string): string {
  const at = path.join(folder.path, name);
  writeFileSync(at, text);
  return at;
}

const bad = `-- é\nUPDATE shop.orders SET status = 'void';\n-- qc-waive ban-drop-column: nobody reads it\nALTER TABLE shop.orders DROP COLUMN note;\n`;

test('says what is wrong, where, and what to do; an error ends it with 1', () => {
  const { status, stdout } = review([file('bad.sql', bad)]);
  expect(stdout).toMatch(
    /bad\.sql:2:8 {2}error {2}ban-update-without-where\n {5}Changes every row of shop\.orders/,
  );
  expect(stdout).toMatch(
    /bad\.sql:4:1 {2}waived warning {2}ban-drop-column\n.*\n {5}Waived: nobody reads it/,
  );
  expect(stdout).toMatch(/2 statements, 1 error, 0 warnings, 0 info, 1 waived\n$/);
  expect(status).toBe(1);
});

test('nothing but advice ends it with 0, also from standard input', () => {
  const { status, stdout } = review(['-'], 'SELECT id FROM shop.orders;');
  expect(stdout).toContain('select-without-limit');
  expect(status).toBe(0);
});

test('--json gives byte ranges of the UTF-8 text', () => {
  const { stdout } = review([file('bytes.sql', bad), '--json']);
  const Report = v.object({
    statements: v.array(v.object({ start: v.number(), end: v.number(), kind: v.string() })),
    findings: v.array(
      v.object({ rule: v.string(), start: v.number(), end: v.number(), waived: v.nullable(v.string()) }),
    ),
  });
  const { statements, findings } = v.parse(Report, JSON.parse(stdout));
  const at = ({ start, end }: { start: number; end: number }): string =>
    Buffer.from(bad).subarray(start, end).toString();
  expect(statements.map(at)).toEqual([
    "UPDATE shop.orders SET status = 'void'",
    'ALTER TABLE shop.orders DROP COLUMN note',
  ]);
  expect(findings.map(({ rule, waived }) => [rule, waived])).toEqual([
    ['ban-update-without-where', null],
    ['ban-drop-column', 'nobody reads it'],
  ]);
});

test('--sarif names every rule that it reports and suppresses what is waived', () => {
  const { stdout } = review([file('sarif.sql', bad), '--sarif']);
  const Log = v.object({
    version: v.literal('2.1.0'),
    runs: v.tuple([
      v.object({
        tool: v.object({ driver: v.object({ rules: v.array(v.object({ id: v.string() })) }) }),
        results: v.array(v.object({ ruleId: v.string(), suppressions: v.optional(v.array(v.unknown())) })),
      }),
    ]),
  });
  const [{ tool, results }] = v.parse(Log, JSON.parse(stdout)).runs;
  const known = new Set(tool.driver.rules.map(({ id }) => id));
  expect(results.map(({ ruleId }) => known.has(ruleId))).toEqual([true, true]);
  expect(results.map(({ suppressions }) => suppressions?.length ?? 0)).toEqual([0, 1]);
});

test('--github cannot be made to give another command by what stands in the text', () => {
  const hostile = file('hostile.sql', 'UPDATE "a\n::error title=x::y%0A" SET b = 1;');
  const { stdout } = review([hostile, '--github']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) file=/);
  expect(stdout).toContain('%0A::error title=x::y%250A');
});

test('a configuration holds for its environment', () => {
  const config = file(
    'rules.yaml',
    'environments:\n  dev:\n    rules:\n      ban-update-without-where: { level: "off" }\n',
  );
  const sql = file('dev.sql', 'UPDATE shop.orders SET total = 0;');
  expect(review([sql, '--config', config, '--environment', 'dev']).status).toBe(0);
  expect(review([sql, '--config', config, '--environment', 'prod']).status).toBe(1);
});

test.each<[string, readonly string[], RegExp]>([
  ['no file', [], /no file is named/],
  ['a file that is not there', ['/nowhere.sql'], /nowhere\.sql/],
  ['two formats', ['x.sql', '--json', '--sarif'], /exclude each other/],
  ['an option that is not there', ['x.sql', '--fix'], /--fix/],
  ['an environment that is not there', ['x.sql', '--environment', 'moon'], /one of dev, qa/],
])('%s ends it with 2 and says so', (_name, args, words) => {
  const { status, stderr } = review(args);
  expect(stderr).toMatch(words);
  expect(status).toBe(2);
});

test('a configuration that is wrong is refused with its place', () => {
  const config = file('wrong.yaml', 'rules:\n  ban-drop-column: { level: fatal }\n');
  const { status, stderr } = review([file('any.sql', 'SELECT 1;'), '--config', config]);
  expect(stderr).toContain('rules.ban-drop-column.level');
  expect(status).toBe(2);
});
