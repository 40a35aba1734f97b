import factory from 'libpg-query/wasm/libpg-query.js';
import { brotliDecompressSync } from 'node:zlib';
import { createSqlParser, instantiator } from '#core/sql/parser';
import { compressedWasm } from './compressed-wasm';

/** Of the platform; its types come with those of a browser, which this code never runs in. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
};

/**
 * PostgreSQL's own grammar in a bundle. Unpacked by the first text that is parsed; invocations that parse none pay nothing.
 * The package reads its WebAssembly from a file, which a Forge bundle does not have, so it is given ours.
 */
export const sqlParser = createSqlParser(
  instantiator({
    factory: () => factory,
    compile: async () => new WebAssembly.Module(brotliDecompressSync(Buffer.from(compressedWasm, 'base64'))),
    instance: (module, imports) => new WebAssembly.Instance(module, imports),
  }),
);
