import { defineConfig, type Plugin } from 'vite';

const ICON = /^@atlaskit\/icon\/core\//u;

/**
 * Atlaskit's icons are CommonJS. Imported from a package with `"type": "module"`, a bundler must take Node's view:
 * the default import is the whole `exports` object. A virtual module belongs to no package and gets the icon itself.
 */
const icons: Plugin = {
  name: 'atlaskit-icons',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!ICON.test(source) || importer?.startsWith('\0icon:') === true) return null;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found === null || importer?.includes('node_modules') === true ? found : `\0icon:${found.id}`;
  },
  load(id) {
    return id.startsWith('\0icon:') ? `export { default } from ${JSON.stringify(id.slice(6))};` : null;
  },
};

/** Builds the site of the local host into `host/pages/build`; the host serves it with an index fallback. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  plugins: [icons],
  // NODE_ENV of whoever starts the build (jest's is 'test') must not change what is built.
  oxc: { jsx: { development: false } },
  // Atlaskit asks for package names and CI flags that only its own build knows.
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}' },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    modulePreload: false,
  },
});
