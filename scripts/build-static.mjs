/** Builds everything a browser loads: the app's Custom UI resources and the local site's pages. Fresh builds are kept. */
import { fileURLToPath } from 'node:url';
import { buildPages } from '../host/pages/build-pages.mjs';
import { buildPanels } from './panel-build.mjs';

/** Builds what is not built from the present sources. */
export async function buildStatic() {
  await buildPanels();
  await buildPages();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildStatic();
