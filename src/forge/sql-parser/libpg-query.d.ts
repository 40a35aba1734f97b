declare module 'libpg-query/wasm/libpg-query.js' {
  import type { LibPgQuery } from '#core/sql/parser';

  /** The Emscripten factory. `receive` takes a `WebAssembly.Instance` and its `WebAssembly.Module`. */
  const factory: (options: {
    instantiateWasm(imports: object, receive: (instance: object, module: object) => void): object;
  }) => Promise<LibPgQuery>;
  export default factory;
}
