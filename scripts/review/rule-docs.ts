import { fileURLToPath } from 'node:url';
import type { Rule, RuleDocs } from '#core/sql/review/rule';
import { allRules } from '#core/sql/rules/all';

/** The documentation that stands beside a rule. */
export async function docsOf(rule: Pick<Rule, 'id' | 'category'>): Promise<RuleDocs> {
  const file = new URL(`../../src/core/sql/rules/${rule.category}/${rule.id}.ts`, import.meta.url);
  const module = (await import(fileURLToPath(file))) as { docs: RuleDocs };
  return module.docs;
}

/** Why and what to do, for each rule that is named; rules of the site's own have no documentation. */
export async function docsById(ids: Iterable<string>): Promise<ReadonlyMap<string, RuleDocs>> {
  const wanted = new Set(ids);
  const rules = allRules.filter(({ id }) => wanted.has(id));
  return new Map(await Promise.all(rules.map(async (rule) => [rule.id, await docsOf(rule)] as const)));
}
