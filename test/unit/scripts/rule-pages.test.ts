import { readdirSync, readFileSync } from 'node:fs';
import { rulePages } from '../../../scripts/review/rule-pages';

test('the pages of the rules are those that the rules give (npx tsx scripts/make-rule-pages.ts)', async () => {
  const pages = await rulePages();
  expect(readdirSync('docs/rules').toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(`docs/rules/${file}`, 'utf8')).toBe(text);
});
