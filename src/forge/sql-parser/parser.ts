import factory from 'libpg-query/wasm/libpg-query.js';
import { brotliDecompressSync } from 'node:zlib';
import { createSqlParser, type LibPgQuery } from '#core/sql/parser';
import { compressedWasm } from './compressed-wasm';

/** Of the platform; its types come with those of a browser, which this code never runs in. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

let compiled: object | null = null;

/** The package reads its WebAssembly from a file, which a Forge bundle does not have; `instantiateWasm` gives it ours. */
async function instantiate(): Promise<LibPgQuery> {
  compiled ??= new WebAssembly.Module(brotliDecompressSync(Buffer.from(compressedWasm, 'base64')));
  const module = compiled;
  return factory({
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance, module);
      return instance.exports;
    },
  });
}

/** PostgreSQL's own grammar in a bundle. Unpacked by the first text that is parsed; invocations that parse none pay nothing. */
export const sqlParser = createSqlParser(instantiate);
