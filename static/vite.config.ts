import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';

/**
 * Build of one Custom UI resource. Forge serves it from its CDN under a path that we do not know (hence relative
 * URLs) with a policy that allows no inline script and no inline style (hence every style in a file).
 */
export function resourceConfig(resource: string): UserConfig {
  const root = fileURLToPath(new URL(resource, import.meta.url));
  return {
    root,
    base: './',
    logLevel: 'warn',
    publicDir: false,
    // NODE_ENV of whoever starts the build (jest's is 'test') must not change what is built.
    oxc: { jsx: { development: false } },
    // Atlaskit asks for package names and CI flags that only its own build knows.
    define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}' },
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
  const page = fileURLToPath(new URL(`${mode}/index.html`, import.meta.url));
  if (!existsSync(page))
    throw new Error(`--mode must name a resource below static/; there is no ${mode}/index.html`);
  return resourceConfig(mode);
});
