/**
 * Bundles the Forge handlers and the UI Kit gadget as they are deployed and checks what is inside: only `src/`, the
 * gadget and an allow-list of packages, and the size of each bundle. Prints the figures.
 */
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { root } from './ensure-install.mjs';

const handler = { platform: 'node', target: 'node22', format: 'cjs' };
/** As Forge's own bundler compiles UI Kit: classic JSX, for a browser. */
const uiKit = {
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  jsx: 'transform',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** Bytes of the minified bundle. Rules and triggers run on every transition and must start fast; people wait for rules. */
const bundles = [
  { name: 'rules', entry: 'src/rules.ts', budget: 120 * 1024, options: handler },
  { name: 'transitions', entry: 'src/transitions.ts', budget: 150 * 1024, options: handler },
  { name: 'events', entry: 'src/events.ts', budget: 150 * 1024, options: handler },
  { name: 'index', entry: 'src/index.ts', budget: 600 * 1024, options: handler },
  // Half of it is PostgreSQL's grammar, which stays packed until a text is parsed.
  { name: 'panel', entry: 'src/panel.ts', budget: 800 * 1024, options: handler, also: /^libpg-query$/ },
  { name: 'admin', entry: 'src/admin.ts', budget: 800 * 1024, options: handler, also: /^libpg-query$/ },
  {
    name: 'compliance-gadget',
    entry: 'static/compliance-gadget/main.tsx',
    budget: 400 * 1024,
    options: uiKit,
  },
];

/** Packages that may reach Forge: the SDK, what it brings, and ours. */
const allowed = [
  /^@forge\//,
  /^@atlassian\//,
  /^(valibot|jose|canonicalize|tslib|lodash|uuid)$/,
  // What `@forge/react` brings.
  /^(react|react-reconciler|react-hook-form|scheduler|iframe-resizer|@babel\/runtime|@atlaskit\/adf-utils)$/,
];

let failed = false;
for (const { name, entry, budget, options, also } of bundles) {
  const { metafile } = await build({
    ...options,
    entryPoints: [path.join(root, entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    legalComments: 'none',
    write: false,
    outfile: `${name}.cjs`,
    metafile: true,
    logLevel: 'error',
  });
  const output = Object.values(metafile.outputs)[0];
  const bytes = output?.bytes ?? 0;
  const strangers = Object.keys(metafile.inputs).filter((input) => !isAllowed(input, also));
  const ok = bytes <= budget && strangers.length === 0;
  failed ||= !ok;
  console.log(
    `${name}: ${(bytes / 1024).toFixed(1)} KB of ${budget / 1024} KB minified ${ok ? 'ok' : 'FAILED'}`,
  );
  for (const stranger of strangers) console.log(`  not allowed in a Forge bundle: ${stranger}`);
}
process.exit(failed ? 1 : 0);

function isAllowed(input, also) {
  if (/^(src|static\/compliance-gadget)\//.test(input)) return true;
  const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input);
  return match !== null && [...allowed, also].some((pattern) => pattern?.test(match[1] ?? ''));
}
