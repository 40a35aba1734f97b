import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliDecompressSync } from 'node:zlib';
import { compressedWasm } from '../../../src/forge/sql-parser/compressed-wasm';

test('the packed grammar is that of the installed package', () => {
  const installed = readFileSync(createRequire(import.meta.url).resolve('libpg-query/wasm/libpg-query.wasm'));
  expect(brotliDecompressSync(Buffer.from(compressedWasm, 'base64')).equals(installed)).toBe(true);
});
