/**
 * Prints the gzipped sizes of the built Custom UI resources and fails over budget: what the first paint needs (JS and
 * CSS, React and Atlaskit included) and what the SQL editor adds. Run `node scripts/panel-build.mjs` before.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budgets = [
  { resource: 'issue-panel', part: 'first paint', entry: 'index.html', kilobytes: 220 },
  { resource: 'issue-panel', part: 'editor', entry: 'editor/create-editor.ts', kilobytes: 150 },
  { resource: 'issue-panel', part: 'formatter', entry: 'editor/format-sql.ts', kilobytes: 40 },
  { resource: 'issue-context', part: 'first paint', entry: 'index.html', kilobytes: 220 },
];

let failed = false;
for (const budget of budgets) {
  const root = fileURLToPath(new URL(`../static/${budget.resource}/build/`, import.meta.url));
  if (!existsSync(`${root}manifest.json`)) {
    console.error(`static/${budget.resource} is not built: run node scripts/panel-build.mjs`);
    process.exit(1);
  }
  const manifest = JSON.parse(readFileSync(`${root}manifest.json`, 'utf8'));
  const first = files(manifest, 'index.html');
  const needed = files(manifest, budget.entry);
  if (budget.entry !== 'index.html') for (const file of first) needed.delete(file);
  const bytes = [...needed].reduce((sum, file) => sum + gzipSync(readFileSync(root + file)).length, 0);
  const kilobytes = bytes / 1024;
  const verdict = kilobytes <= budget.kilobytes ? 'ok' : 'OVER BUDGET';
  failed ||= verdict !== 'ok';
  console.log(
    `${budget.resource} ${budget.part}: ${kilobytes.toFixed(1)} KB gzip in ${needed.size} files ` +
      `(budget ${budget.kilobytes} KB) ${verdict}`,
  );
}
process.exit(failed ? 1 : 0);

/** Every file that `key` loads statically, from Vite's manifest. */
function files(manifest, key, seen = new Set(), out = new Set()) {
  if (seen.has(key)) return out;
  seen.add(key);
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`no entry ${key} in the build's manifest`);
  out.add(chunk.file);
  for (const css of chunk.css ?? []) out.add(css);
  for (const imported of chunk.imports ?? []) files(manifest, imported, seen, out);
  return out;
}
