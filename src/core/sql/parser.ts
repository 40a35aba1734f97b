import { ok, refuse, type Result } from '../result';
import type { Node } from './tree/node';
import type { RawStatement } from './tree/script';

/** What PostgreSQL's grammar says against a text. `position` is a character (code point) offset from 1. */
export interface SyntaxProblem {
  readonly message: string;
  readonly position: number | null;
}

/** A lexical token, by UTF-8 bytes [start, end). */
interface Token {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** PostgreSQL's own grammar, as libpg_query carries it. */
export interface SqlParser {
  /** Parses a text. Refuses what the grammar refuses, and what is nested too deeply. */
  readonly parse: (text: string) => Promise<Result<readonly RawStatement[], SyntaxProblem>>;
  /** Splits a text that parses into tokens; comments are tokens too. */
  readonly scan: (text: string) => Promise<readonly Token[]>;
}

/* oxlint-disable no-underscore-dangle -- the names of libpg-query's exported C functions */
/** The compiled library, as its Emscripten factory gives it. */
export interface LibPgQuery {
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

/** The Emscripten factory of libpg-query's package, with our way to give it its WebAssembly. */
export type LibPgQueryFactory<M extends object, I extends object> = (options: {
  instantiateWasm(imports: object, receive: (instance: I, module: M) => void): object;
}) => Promise<LibPgQuery>;

/** How a place compiles and instantiates WebAssembly: its types belong to the place, not to the language. */
export interface WasmLoader<M extends object, I extends { readonly exports: object }> {
  /** Asked for at the first text. */
  readonly factory: () => LibPgQueryFactory<M, I>;
  /** Asked for once. */
  readonly compile: () => Promise<M>;
  readonly instance: (module: M, imports: object) => I;
}

/** Makes instances of libpg_query from one compiled module. */
export function instantiator<M extends object, I extends { readonly exports: object }>({
  factory,
  compile,
  instance,
}: WasmLoader<M, I>): () => Promise<LibPgQuery> {
  let compiling: Promise<M> | null = null;
  return async () => {
    const make = factory();
    compiling ??= compile();
    const module = await compiling;
    return make({
      instantiateWasm(imports, receive) {
        const made = instance(module, imports);
        receive(made, module);
        return made.exports;
      },
    });
  };
}

interface ParseTree {
  readonly stmts?: readonly { stmt: Node; stmt_location?: number; stmt_len?: number }[];
}

/**
 * A parser over instances of libpg_query that `instantiate` makes: a bundle carries the compiled module in itself, a Node
 * program reads it from the package. A fault inside WASM (a stack overflow on a hostile expression) may leave an instance
 * broken for good, so it is dropped and the next call gets a fresh one.
 */
export function createSqlParser(instantiate: () => Promise<LibPgQuery>): SqlParser {
  let current: Promise<LibPgQuery> | null = null;

  const withText = async <T>(text: string, use: (wasm: LibPgQuery, pointer: number) => T): Promise<T> => {
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
  };

  return {
    async parse(text) {
      let json: string | SyntaxProblem;
      try {
        json = await withText(text, readParse);
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
    },
    async scan(text) {
      const json = await withText(text, (wasm, pointer) => {
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
    },
  };
}

function readParse(wasm: LibPgQuery, pointer: number): string | SyntaxProblem {
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
}
