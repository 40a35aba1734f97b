import { type Node, unwrap } from './node';

/** One statement as PostgreSQL's parser found it, with its place in the UTF-8 bytes of the text. */
export interface RawStatement {
  readonly stmt: Node;
  readonly start: number;
  /** Null: to the end of the text. */
  readonly length: number | null;
}

/** A half-open range of UTF-8 bytes in a script. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One statement: the exact bytes, and what they are. */
export interface Statement extends ByteRange {
  readonly index: number;
  readonly text: string;
  /** Type of the parse tree's top node: `UpdateStmt`. */
  readonly type: string;
  readonly fields: Node;
  readonly node: Node;
}

/** A text that parses, cut into its statements. */
export interface Script {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly statements: readonly Statement[];
}

const semicolon = 0x3b;
/** White space between statements, as PostgreSQL's scanner has it. */
export const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x0b || byte === 0x0c;

/** The end of a statement without the white space and semicolons before it; at least `start`. */
export function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && (isSpace(bytes[at - 1]) || bytes[at - 1] === semicolon)) at -= 1;
  return at;
}

/** Cuts `text` at the places that the parser found; only white space and semicolons at a statement's ends are dropped. */
export function cutScript(text: string, raw: readonly RawStatement[]): Script {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const statements = raw.map(({ stmt, start: from, length }, index): Statement => {
    const last = length === null ? bytes.length : from + length;
    const start = skipBlank(bytes, from, last);
    const end = trimmedEnd(bytes, start, last);
    const [type, fields] = unwrap(stmt);
    return { index, start, end, text: decoder.decode(bytes.subarray(start, end)), type, fields, node: stmt };
  });
  return { text, bytes, statements };
}

/** The first byte from `start` that is neither white space nor within a comment: where a person sees the statement begin. */
function skipBlank(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    if (isSpace(bytes[at])) at += 1;
    else if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) {
      while (at < end && bytes[at] !== 0x0a) at += 1;
    } else if (bytes[at] === 0x2f && bytes[at + 1] === 0x2a) {
      let depth = 0;
      do {
        if (bytes[at] === 0x2f && bytes[at + 1] === 0x2a) {
          depth += 1;
          at += 2;
        } else if (bytes[at] === 0x2a && bytes[at + 1] === 0x2f) {
          depth -= 1;
          at += 2;
        } else at += 1;
      } while (at < end && depth > 0);
    } else break;
  }
  return at < end ? at : start;
}

/** Line and column (from 1, in characters) of a byte offset. */
export function lineAndColumn(
  script: Pick<Script, 'bytes'>,
  offset: number,
): { line: number; column: number } {
  let line = 1;
  let column = 1;
  for (let at = 0; at < offset && at < script.bytes.length; at += 1) {
    const byte = script.bytes[at] ?? 0;
    if (byte === 0x0a) {
      line += 1;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80) column += 1;
  }
  return { line, column };
}
