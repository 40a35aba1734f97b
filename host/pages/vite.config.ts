import { defineConfig } from 'vite';

/** Builds the site of the local host into `host/pages/build`; the host serves it with an index fallback. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env': '{}',
  },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    // Atlaskit's themes are loaded on demand; preloading them all would cost more than it saves.
    modulePreload: false,
  },
});
