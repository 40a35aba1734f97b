import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { refuse, ok, type Result } from '#core/result';

/** A node of PostgreSQL's parse tree in the JSON form of libpg_query: an object with one key, the node's type. */
export type Node = Readonly<Record<string, unknown>>;

/** One statement with its place in the UTF-8 bytes of the text. */
export interface RawStatement {
  readonly stmt: Node;
  readonly start: number;
  /** Null: to the end of the text. */
  readonly length: number | null;
}

/** What PostgreSQL's grammar says against a text. `position` is a character (code point) offset from 1. */
export interface SyntaxProblem {
  readonly message: string;
  readonly position: number | null;
}

/** A lexical token, by UTF-8 bytes [start, end). */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/* oxlint-disable no-underscore-dangle -- the names of libpg-query's exported C functions */
interface Wasm {
  _malloc(size: number): number;
  _free(pointer: number): void;
  _wasm_parse_query_raw(text: number): number;
  _wasm_free_parse_result(result: number): void;
  _wasm_scan(text: number): number;
  _wasm_free_string(text: number): void;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, size: number): void;
  UTF8ToString(pointer: number): string;
  getValue(pointer: number, type: 'i32'): number;
}
type WasmFactory = (options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
}) => Promise<Wasm>;

const require = createRequire(import.meta.url);
let compiled: WebAssembly.Module | null = null;
let current: Promise<Wasm> | null = null;

async function instantiate(): Promise<Wasm> {
  const factory = require('libpg-query/wasm/libpg-query.js') as WasmFactory;
  compiled ??= new WebAssembly.Module(readFileSync(require.resolve('libpg-query/wasm/libpg-query.wasm')));
  const module = compiled;
  return factory({
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance, module);
      return instance.exports;
    },
  });
}

/**
 * Runs `use` on the parser. A fault inside WASM (a stack overflow on a hostile expression) may leave the instance
 * broken for good, so it is dropped and the next call gets a fresh one.
 */
async function withParser<T>(text: string, use: (wasm: Wasm, pointer: number) => T): Promise<T> {
  current ??= instantiate();
  const wasm = await current;
  try {
    const size = wasm.lengthBytesUTF8(text) + 1;
    const pointer = wasm._malloc(size);
    wasm.stringToUTF8(text, pointer, size);
    const result = use(wasm, pointer);
    wasm._free(pointer);
    return result;
  } catch (error) {
    current = null;
    throw error;
  }
}

/** Loads and compiles the parser, so that the first order does not wait for it. */
export async function warmParser(): Promise<void> {
  await parseSql('select 1');
}

interface ParseTree {
  readonly stmts?: readonly { stmt: Node; stmt_location?: number; stmt_len?: number }[];
}

/** Parses a text with PostgreSQL's own grammar. */
export async function parseSql(text: string): Promise<Result<readonly RawStatement[], SyntaxProblem>> {
  let json: string | SyntaxProblem;
  try {
    json = await withParser(text, (wasm, pointer) => {
      const result = wasm._wasm_parse_query_raw(pointer);
      try {
        const error = wasm.getValue(result + 8, 'i32');
        if (!error) return wasm.UTF8ToString(wasm.getValue(result, 'i32'));
        const message = wasm.getValue(error, 'i32');
        const position = wasm.getValue(error + 16, 'i32');
        return {
          message: message ? wasm.UTF8ToString(message) : 'syntax error',
          position: position > 0 ? position : null,
        };
      } finally {
        wasm._wasm_free_parse_result(result);
      }
    });
  } catch {
    return refuse({ message: 'the text is too deeply nested to parse', position: null });
  }
  if (typeof json !== 'string') return refuse(json);
  const tree = JSON.parse(json) as ParseTree;
  return ok(
    (tree.stmts ?? []).map(({ stmt, stmt_location, stmt_len }) => ({
      stmt,
      start: stmt_location ?? 0,
      length: stmt_len ?? null,
    })),
  );
}

/** Splits a text that parses into tokens; comments are tokens too. */
export async function scanSql(text: string): Promise<readonly Token[]> {
  const json = await withParser(text, (wasm, pointer) => {
    const result = wasm._wasm_scan(pointer);
    try {
      return wasm.UTF8ToString(result);
    } finally {
      wasm._wasm_free_string(result);
    }
  });
  const { tokens } = JSON.parse(json) as {
    tokens: readonly { start: number; end: number; tokenName: string }[];
  };
  return tokens.map(({ start, end, tokenName }) => ({ start, end, name: tokenName }));
}
