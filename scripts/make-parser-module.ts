import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { constants, brotliCompressSync } from 'node:zlib';

/**
 * Writes src/forge/sql-parser/compressed-wasm.ts: `npx tsx scripts/make-parser-module.ts`, after a new libpg-query. Forge
 * deploys one JavaScript file per handler and nothing beside it, so the WebAssembly has to stand in the source; Brotli
 * makes 1.7 MB a quarter of a megabyte. A test compares it with the installed package.
 */
const wasm = readFileSync(createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'));
const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length };
const packed = brotliCompressSync(wasm, { params }).toString('base64');
const text = `/** libpg-query.wasm, Brotli, base64: written by scripts/make-parser-module.ts. */
export const compressedWasm =
  '${packed}';
`;
writeFileSync(fileURLToPath(new URL('../src/forge/sql-parser/compressed-wasm.ts', import.meta.url)), text);
console.log(`${packed.length} characters`);
