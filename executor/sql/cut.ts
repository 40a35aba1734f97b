import { isSpace, trimmedEnd } from '#core/sql/tree/script';
import type { Node, RawStatement } from './parser';

/** One statement of a text: the exact bytes that are sent, and where they stand. */
export interface Statement {
  readonly index: number;
  /** UTF-8 byte range [start, end) in the text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly node: Node;
  /** Characters (code points, as PostgreSQL counts) before `start`. */
  readonly charsBefore: number;
}

function codePoints(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) count += 1;
  return count;
}

/**
 * Cuts `text` at the places that PostgreSQL's parser found. Offsets are bytes, so the cut happens on bytes; only white
 * space at the ends of a statement is dropped, never changed.
 */
export function cutStatements(text: string, raw: readonly RawStatement[]): readonly Statement[] {
  const bytes = Buffer.from(text, 'utf8');
  const statements: Statement[] = [];
  let counted = 0;
  let chars = 0;
  for (const [index, piece] of raw.entries()) {
    let start = piece.start;
    const last = piece.length === null ? bytes.length : piece.start + piece.length;
    while (start < last && isSpace(bytes[start])) start += 1;
    const end = trimmedEnd(bytes, start, last);
    chars += codePoints(bytes.subarray(counted, start));
    counted = start;
    statements.push({
      index,
      start,
      end,
      text: bytes.toString('utf8', start, end),
      node: piece.stmt,
      charsBefore: chars,
    });
  }
  return statements;
}
