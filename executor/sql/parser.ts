import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createSqlParser, type LibPgQuery, type SyntaxProblem } from '#core/sql/parser';
import type { Node } from '#core/sql/tree/node';
import type { RawStatement } from '#core/sql/tree/script';

export type { Node, RawStatement, SyntaxProblem };

/** The Emscripten factory of libpg-query's package. */
type Factory = (options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}) => Promise<LibPgQuery>;

const require = createRequire(import.meta.url);
let compiling: Promise<WebAssembly.Module> | null = null;

async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(require.resolve('libpg-query/wasm/libpg-query.wasm')));
}

async function instantiate(): Promise<LibPgQuery> {
  const factory = require('libpg-query/wasm/libpg-query.js') as Factory;
  compiling ??= compile();
  const module = await compiling;
  return factory({
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance, module);
      return instance.exports;
    },
  });
}

/** PostgreSQL's own grammar, read from the package's files. */
export const sqlParser = createSqlParser(instantiate);

/** Parses a text with PostgreSQL's own grammar. */
export const parseSql = sqlParser.parse;

/** Splits a text that parses into tokens; comments are tokens too. */
export const scanSql = sqlParser.scan;

/** Loads and compiles the parser, so that the first order does not wait for it. */
export async function warmParser(): Promise<void> {
  await parseSql('select 1');
}
