const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Cuts the byte range [start, end) out of the UTF-8 form of `text`, without white space around it. */
export function sliceBytes(text: string, start: number, end: number): string {
  return decoder.decode(encoder.encode(text).subarray(start, end)).trim();
}

/** The first words of a statement on one line, comments left out, at most `length` characters. */
export function firstWords(statement: string, length = 72): string {
  const bare = statement.replaceAll(/^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/g, '');
  const line = (bare === '' ? statement : bare).replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : line;
}

/** Line and column (from 1) of a PostgreSQL error position: a count of characters from 1, not of UTF-16 units. */
export function lineOf(text: string, position: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let column = 1;
  let at = 1;
  for (const character of text) {
    if (at === position) break;
    at += 1;
    if (character === '\n') {
      line += 1;
      column = 1;
    } else column += 1;
  }
  return { line, column };
}

/** Turns UTF-8 byte offsets into `text` into UTF-16 offsets, as an editor counts. */
export function utf16Offsets(text: string): (byte: number) => number {
  const bytes = encoder.encode(text);
  // Mostly ASCII: then both counts are the same.
  if (bytes.length === text.length) return (byte) => Math.min(byte, text.length);
  return (byte) => decoder.decode(bytes.subarray(0, byte)).length;
}

/** Line, from 1, in which a UTF-8 byte of `text` stands. */
export function lineOfByte(text: string, byte: number): number {
  return (
    encoder
      .encode(text)
      .subarray(0, byte)
      .filter((one) => one === 0x0a).length + 1
  );
}
