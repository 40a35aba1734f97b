import { readdirSync } from 'node:fs';
import path from 'node:path';
import { defaultConfig, effectiveConfig } from '#core/sql/review/config';
import { type Finding, reviewScript } from '#core/sql/review/review';
import type { Example, Rule, RuleDocs } from '#core/sql/review/rule';
import { allRules } from '#core/sql/rules/all';
import { cutScript } from '#core/sql/tree/script';
import { parseSql } from '../../../../executor/sql/parser';

/** The documentation of every rule, by id; files are found by listing, so that none is forgotten. */
const folder = path.resolve('src/core/sql/rules');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && path.basename(file) !== 'all.ts')
  .toSorted();
const ids = files.map((file) => path.basename(file, '.ts'));

async function docsOf(id: string): Promise<RuleDocs> {
  const file = files.find((name) => path.basename(name, '.ts') === id);
  const module = (await import(path.join(folder, file ?? ''))) as { docs: RuleDocs };
  return module.docs;
}

async function findings(rule: Rule, example: Example): Promise<readonly Finding[]> {
  const { sql, options = {}, context = {} } = typeof example === 'string' ? { sql: example } : example;
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message}: ${sql}`);
  const config = effectiveConfig(
    { ...defaultConfig, rules: { [rule.id]: { options: options as never } } },
    { environment: null, connection: null },
  );
  const nothing = { schema: null, environment: null, rowBudget: null };
  const found = reviewScript(cutScript(sql, parsed.value), [rule], config, { ...nothing, ...context });
  return found.findings.filter((finding) => finding.rule === rule.id);
}

test('every file of a rule is in the list, once, under its own name and in the folder of its category', () => {
  expect(allRules.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  for (const { id, category } of allRules) expect(files).toContain(path.join(category, `${id}.ts`));
});

describe.each(allRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test('is documented, with at least two bad and two good examples', async () => {
    const docs = await docsOf(id);
    expect(docs.why.length).toBeGreaterThan(60);
    expect(docs.fix.length).toBeGreaterThan(30);
    expect(docs.bad.length).toBeGreaterThanOrEqual(2);
    expect(docs.good.length).toBeGreaterThanOrEqual(2);
    expect(rule.title).toMatch(/^[^.]{10,90}$/);
  });

  test('finds something in every bad example, in plain words and at a place of its own', async () => {
    for (const example of (await docsOf(id)).bad) {
      const found = await findings(rule, example);
      expect({ example, found: found.length > 0 }).toEqual({ example, found: true });
      for (const { message, start, end } of found) {
        expect(message).toMatch(/^[A-Z"].{15,}[.?]$/s);
        expect(end).toBeGreaterThan(start);
      }
    }
  });

  test('finds nothing in the good examples', async () => {
    for (const example of (await docsOf(id)).good) {
      expect({ example, found: await findings(rule, example) }).toEqual({ example, found: [] });
    }
  });
});
