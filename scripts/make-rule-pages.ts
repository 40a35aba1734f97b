import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rulePages } from './review/rule-pages';

/** Writes docs/rules/*.md from the rules themselves: `npx tsx scripts/make-rule-pages.ts`. */
const folder = fileURLToPath(new URL('../docs/rules/', import.meta.url));
const pages = await rulePages();
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(path.join(folder, file));
for (const [file, text] of pages) writeFileSync(path.join(folder, file), text);
console.log(`${pages.size - 1} rules`);
