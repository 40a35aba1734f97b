import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { createSqlParser, instantiator, type LibPgQueryFactory, type SyntaxProblem } from '#core/sql/parser';
import type { Node } from '#core/sql/tree/node';
import type { RawStatement } from '#core/sql/tree/script';

export type { Node, RawStatement, SyntaxProblem };

const require = createRequire(import.meta.url);

/** PostgreSQL's own grammar, read from the package's files. */
export const sqlParser = createSqlParser(
  instantiator({
    factory: () =>
      require('libpg-query/wasm/libpg-query.js') as LibPgQueryFactory<
        WebAssembly.Module,
        WebAssembly.Instance
      >,
    compile: async () => {
      // The engine's first, plain translation of the parser will do: the second one takes seventy megabytes to make.
      setFlagsFromString('--liftoff-only');
      return WebAssembly.compile(await readFile(require.resolve('libpg-query/wasm/libpg-query.wasm')));
    },
    instance: (module, imports) => new WebAssembly.Instance(module, imports as WebAssembly.Imports),
  }),
);

/** Parses a text with PostgreSQL's own grammar. */
export const parseSql = sqlParser.parse;

/** Splits a text that parses into tokens; comments are tokens too. */
export const scanSql = sqlParser.scan;

/** Loads and compiles the parser, so that the first order does not wait for it. */
export async function warmParser(): Promise<void> {
  await parseSql('select 1');
}
