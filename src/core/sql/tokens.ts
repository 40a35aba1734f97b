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
/** An operator may end in + or - only when it has one of these. */
const special = /[~!@#^&|`?%]/;

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** A token, a comment, or a later part of a literal that goes on after a line break. Only white space lies between pieces. */
export interface Piece {
  readonly kind: TokenKind | 'comment';
  readonly start: number;
  readonly end: number;
  /** True for a later part of the literal that the piece before, comments left out, is of. */
  readonly goesOn: boolean;
}

/** A quoted literal whose next part may follow. */
interface OpenLiteral {
  readonly kind: 'string' | 'bits';
  readonly escapes: boolean;
  readonly end: number;
}

/** Cuts a text into all that is not white space. */
export function* pieces(text: string): Generator<Piece> {
  let open: OpenLiteral | null = null;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) {
      at = match(space, text, at);
      continue;
    }
    const comment = commentAt(text, at);
    if (comment > 0) {
      yield { kind: 'comment', start: at, end: comment, goesOn: false };
      at = comment;
      continue;
    }
    const next: Piece = open === null ? pieceAt(text, at) : laterPart(text, at, open);
    yield next;
    open = openAfter(text, next, open);
    at = next.end;
  }
}

/** Cuts a text into its tokens. A literal of several parts is one token, with what lies between them. */
export function tokens(text: string): SqlToken[] {
  const found: SqlToken[] = [];
  for (const { kind, start, end, goesOn } of pieces(text)) {
    if (kind === 'comment') continue;
    const last = found.at(-1);
    if (goesOn && last) found[found.length - 1] = { ...last, end };
    else found.push({ kind, start, end });
  }
  return found;
}

/** Tells of offsets, asked in rising order, whether they stand inside a literal. */
export function literalsOf(text: string): (offset: number) => boolean {
  const literals = [...pieces(text)].filter(({ kind }) => kind === 'string' || kind === 'bits');
  let next = 0;
  return (offset) => {
    while ((literals[next]?.end ?? Infinity) <= offset) next += 1;
    const literal = literals[next];
    return literal !== undefined && literal.start < offset;
  };
}

/** End of the comment that begins at `at`; -1 when none does. */
function commentAt(text: string, at: number): number {
  if (text.startsWith('--', at)) return lineEnd(text, at);
  return text.startsWith('/*', at) ? commentEnd(text, at) : -1;
}

/** The piece at `at`: a part of `open` if it is a quote, with only white space, a line break and line comments between. */
function laterPart(text: string, at: number, { kind, escapes, end }: OpenLiteral): Piece {
  if (text[at] !== "'" || !goesOnAt(text, end, at)) return pieceAt(text, at);
  return { kind, start: at, end: quoteEnd(text, at + 1, "'", escapes), goesOn: true };
}

/** By hand: an expression would try every way to see a line of dashes as comments. */
function goesOnAt(text: string, from: number, to: number): boolean {
  let broken = false;
  for (let at = from; at < to;) {
    const char = text[at] ?? '';
    if (text.startsWith('--', at)) at = lineEnd(text, at);
    else if (/\s/.test(char)) {
      broken ||= char === '\n' || char === '\r';
      at += 1;
    } else return false;
  }
  return broken;
}

function openAfter(text: string, piece: Piece, before: OpenLiteral | null): OpenLiteral | null {
  const { kind, start, end, goesOn } = piece;
  if (goesOn) return before && { ...before, end };
  if ((kind !== 'string' && kind !== 'bits') || text[start] === '$') return null;
  return { kind, escapes: /[eE]/.test(text[start] ?? ''), end };
}

function pieceAt(text: string, start: number): Piece {
  return { ...tokenAt(text, start), goesOn: false };
}

function tokenAt(text: string, start: number): SqlToken {
  const quote = match(stringPrefix, text, start);
  if (quote > 0) {
    const first = text[start] ?? '';
    const kind = /[bBxX]/.test(first) ? 'bits' : 'string';
    return { kind, start, end: quoteEnd(text, quote, "'", /[eE]/.test(first)) };
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
