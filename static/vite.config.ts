import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

/** Directories below `static/` that the manifest names as resources; each becomes one self-contained build. */
export const resources = ['issue-panel', 'issue-context'] as const;
export type Resource = (typeof resources)[number];

/**
 * Build of one Custom UI resource. Forge serves it from its CDN under a path that we do not know (hence relative
 * URLs) with a policy that allows no inline script and no inline style (hence every style in a file).
 */
export function resourceConfig(resource: Resource): UserConfig {
  const root = fileURLToPath(new URL(resource, import.meta.url));
  return {
    root,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    // Atlaskit asks for package names and CI flags that only its own build knows.
    define: { 'process.env': '{}' },
    resolve: { alias: [{ find: /^#core\/(.*)$/, replacement: `${sourceRoot()}$1.ts` }] },
    build: {
      outDir: `${root}/build`,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      cssCodeSplit: true,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1_000,
      // The size script reads which chunks the first paint needs.
      manifest: 'manifest.json',
    },
  };
}

function sourceRoot(): string {
  return fileURLToPath(new URL('../src/core/', import.meta.url));
}

/** `vite build --config static/vite.config.ts --mode issue-panel`. */
export default defineConfig(({ mode }) => {
  const resource = resources.find((name) => name === mode);
  if (resource === undefined) throw new Error(`--mode must be one of ${resources.join(', ')}`);
  return resourceConfig(resource);
});
