/**
 * PostgreSQL's own lexical rules (scan.l of 15 to 18, `standard_conforming_strings` on), exactly: where one token ends and
 * the next begins. A test compares with libpg_query's scanner. It reads what the grammar has accepted; an unterminated
 * literal runs to the end.
 */

type TokenKind = 'word' | 'quoted' | 'string' | 'bits' | 'number' | 'parameter' | 'symbol';

/** A token in UTF-16 offsets [start, end). Comments and white space are not tokens. */
export interface SqlToken {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const space = /[ \t\n\r\f\v]+/y;
const word = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const number =
  /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const parameter = /\$\d+/y;
const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const operator = /[~!@#^&|`?+\-*/%<>=]+/y;
const stringPrefix = /(?:[eEbBxXnN]|[uU]&)?'/y;
/** Between the parts of a literal that goes on: white space with a line break, perhaps comments to the end of a line. */
const continues = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\n\r\f\v]|--[^\n\r]*[\n\r])*'/y;
/** An operator may end in + or - only when it has one of these. */
const special = /[~!@#^&|`?%]/;

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Cuts a text into its tokens. */
export function tokens(text: string): SqlToken[] {
  const found: SqlToken[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) {
      at = match(space, text, at);
      continue;
    }
    if (code === 0x2d && text.charCodeAt(at + 1) === 0x2d) {
      at = lineEnd(text, at);
      continue;
    }
    if (code === 0x2f && text.charCodeAt(at + 1) === 0x2a) {
      at = commentEnd(text, at);
      continue;
    }
    const token = tokenAt(text, at);
    found.push(token);
    at = token.end;
  }
  return found;
}

function tokenAt(text: string, start: number): SqlToken {
  const quote = match(stringPrefix, text, start);
  if (quote > 0) {
    const escapes = /[eE]/.test(text[start] ?? '');
    const kind = /[bBxX]/.test(text[start] ?? '') ? 'bits' : 'string';
    return { kind, start, end: stringEnd(text, quote, escapes) };
  }
  if (text[start] === '"') return { kind: 'quoted', start, end: quoteEnd(text, start + 1, '"', false) };
  if (/^[uU]&"/.test(text.slice(start, start + 3))) {
    return { kind: 'quoted', start, end: quoteEnd(text, start + 3, '"', false) };
  }
  let end = match(word, text, start);
  if (end > 0) return { kind: 'word', start, end };
  end = match(number, text, start);
  if (end > 0) return { kind: 'number', start, end };
  if (text[start] === '$') {
    end = match(parameter, text, start);
    if (end > 0) return { kind: 'parameter', start, end };
    end = match(dollarTag, text, start);
    if (end > 0) {
      const tag = text.slice(start, end);
      const close = text.indexOf(tag, end);
      return { kind: 'string', start, end: close < 0 ? text.length : close + tag.length };
    }
  }
  return { kind: 'symbol', start, end: symbolEnd(text, start) };
}

function symbolEnd(text: string, start: number): number {
  const two = text.slice(start, start + 2);
  if (two === '::' || two === '..' || two === ':=') return start + 2;
  let end = match(operator, text, start);
  if (end < 0) return start + 1;
  for (const comment of ['--', '/*']) {
    const cut = text.indexOf(comment, start);
    if (cut > start && cut < end) end = cut;
  }
  while (end - start > 1 && /[+-]/.test(text[end - 1] ?? '') && !special.test(text.slice(start, end - 1)))
    end -= 1;
  return end;
}

/** End of a literal whose first character is at `from`, with all its parts on later lines. */
function stringEnd(text: string, from: number, escapes: boolean): number {
  let end = quoteEnd(text, from, "'", escapes);
  for (let next = match(continues, text, end); next > 0; next = match(continues, text, end)) {
    end = quoteEnd(text, next, "'", escapes);
  }
  return end;
}

function quoteEnd(text: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (escapes && char === '\\') at += 1;
    else if (char === quote) {
      if (text[at + 1] === quote) at += 1;
      else return at + 1;
    }
  }
  return text.length;
}

function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth += 1;
    else if (two === '*/') depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** A word as PostgreSQL folds it: ASCII letters only, in UTF-8. */
export function fold(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
