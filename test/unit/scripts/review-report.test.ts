import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const worst = path.join('test', 'support', 'sql', 'worst');

function review(...args: string[]) {
  const run = spawnSync('node', ['scripts/review.mjs', ...args], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout };
}

interface Report {
  statements: {
    start: number;
    end: number;
    summary: string;
    locks: { mode: string }[];
    transactional: boolean;
  }[];
  findings: {
    rule: string;
    severity: string;
    start: number;
    message: string;
    fix: string | null;
    why: string | null;
  }[];
  risk: { level: string; reasons: { code: string }[] };
  fingerprint: { exact: string; layout: string; shape: string } | null;
}

test('the report for machines tells statements, findings, risk and fingerprint', () => {
  const file = path.join(worst, 'migration.sql');
  const { code, out } = review(file, '--json', '--environment', 'prod');
  const report = JSON.parse(out) as Report;
  expect(code).toBe(1);
  const text = readFileSync(file, 'utf8');
  expect(report.statements.map(({ start }) => text.slice(start, start + 6))).toEqual([
    'ALTER ',
    'ALTER ',
    'CREATE',
    'UPDATE',
    'VACUUM',
  ]);
  expect(report.statements.map(({ transactional }) => transactional)).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(report.statements[1]?.locks[0]?.mode).toBe('ACCESS EXCLUSIVE');
  for (const finding of report.findings) {
    expect(finding).toMatchObject({
      why: expect.any(String),
      fix: expect.any(String),
      start: expect.any(Number),
    });
  }
  expect(report.findings.map(({ rule }) => rule)).toContain('update-from-without-join');
  expect(report.risk.level).toBe('high');
  expect(report.fingerprint?.exact).toMatch(/^[\da-f]{64}$/);
});

test('the report for people says for each statement what it does, whom it keeps waiting and what to do', () => {
  const { code, out } = review(path.join(worst, 'careless.sql'));
  expect(code).toBe(1);
  for (const words of [
    "1. Sets status to 'cancelled' on every row of shop.orders.",
    'Locks shop.orders in ACCESS EXCLUSIVE: nobody else can read or write it.',
    'Undo: none; the rows of what is dropped are gone.',
    'Why: ',
    'Fix: ',
    'careless.sql: risk high',
  ]) {
    expect(out).toContain(words);
  }
});

test('a text that cannot be read has one finding, the highest risk and no fingerprint', () => {
  const run = spawnSync('node', ['scripts/review.mjs', '-', '--json'], {
    encoding: 'utf8',
    input: 'SELECT FROM FROM',
  });
  const report = JSON.parse(run.stdout) as Report;
  expect(run.status).toBe(1);
  expect(report).toMatchObject({ statements: [], risk: { level: 'critical' }, fingerprint: null });
  expect(report.findings.map(({ rule }) => rule)).toEqual(['syntax-error']);
});
