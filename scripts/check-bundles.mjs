/**
 * Bundles the Forge handlers as they are deployed and checks what is inside: only `src/` and an allow-list of packages,
 * and the size of each bundle. Prints the figures.
 */
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { root } from './ensure-install.mjs';

/** Bytes of the minified bundle. Rules and triggers run on every transition and must start fast. */
const budgets = { rules: 150 * 1024, index: 600 * 1024 };

/** Packages that may reach Forge: the SDK, what it brings, and ours. */
const allowed = [/^@forge\//, /^@atlassian\//, /^(valibot|jose|canonicalize|tslib|lodash|uuid)$/];

let failed = false;
for (const [name, budget] of Object.entries(budgets)) {
  const { metafile } = await build({
    entryPoints: [path.join(root, 'src', `${name}.ts`)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    write: false,
    outfile: `${name}.cjs`,
    metafile: true,
    logLevel: 'error',
  });
  const output = Object.values(metafile.outputs)[0];
  const bytes = output?.bytes ?? 0;
  const strangers = Object.keys(metafile.inputs).filter((input) => !isAllowed(input));
  const ok = bytes <= budget && strangers.length === 0;
  failed ||= !ok;
  console.log(
    `${name}: ${(bytes / 1024).toFixed(1)} KB of ${budget / 1024} KB minified ${ok ? 'ok' : 'FAILED'}`,
  );
  for (const stranger of strangers) console.log(`  not allowed in a Forge bundle: ${stranger}`);
}
process.exit(failed ? 1 : 0);

function isAllowed(input) {
  if (input.startsWith('src/')) return true;
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
  return match !== null && allowed.some((pattern) => pattern.test(match[1] ?? ''));
}
