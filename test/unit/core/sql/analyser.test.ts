import { readdirSync } from 'node:fs';
import path from 'node:path';
import { canonicalSha256 } from '#core/hash';
import { analyserName, rulesVersion } from '#core/sql/review/analyser';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { reviewText } from '#core/sql/review/review-text';
import type { RuleDocs } from '#core/sql/review/rule';
import { sqlParser } from '../../../../executor/sql/parser';

const folder = path.resolve('src/core/sql/rules');

/** What the rules at their own levels say of every example of theirs. */
async function judgements(): Promise<unknown[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const config = effectiveConfig(defaultConfig, { environment: null, connection: null });
  const nothing = { schema: null, environment: null, rowBudget: null };
  const said: unknown[] = [];
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('all.ts')).toSorted()) {
    const { docs } = (await import(path.join(folder, file))) as { docs: RuleDocs };
    for (const example of [...docs.bad, ...docs.good]) {
      const { sql, context = {} } = typeof example === 'string' ? { sql: example } : example;
      const { findings } = await reviewText(sqlParser, sql, config, { ...nothing, ...context });
      said.push([sql, findings.map(({ rule, level, start, end }) => [rule, level, start, end])]);
    }
  }
  return said;
}

/** Digest of what each version says; of the current one only. */
const known = { version: 1, says: 'f98051932591a2a6e9cf3913d04dcd2d4139bd8c8d75ba284d6421784376c2ac' };

test('the version of the rules goes up when they say something else', async () => {
  const says = await canonicalSha256(await judgements());
  // Another digest: verdicts of before no longer hold. Raise `rulesVersion`, and put both values here.
  expect({ version: rulesVersion, says }).toEqual(known);
});

test('the name of an analyser changes with the configuration of the site', () => {
  expect(analyserName(null)).toBe(`${rulesVersion}/default`);
  expect(analyserName('a'.repeat(64))).toBe(`${rulesVersion}/${'a'.repeat(64)}`);
});
