declare module 'libpg-query/wasm/libpg-query.js' {
  import type { LibPgQueryFactory } from '#core/sql/parser';

  const factory: LibPgQueryFactory<object, { readonly exports: object }>;
  export default factory;
}
