/**
 * A lexer that knows only where PostgreSQL text is code and where it is a literal, quoted identifier or comment. It is
 * not a parser: it serves checks on raw text (invisible characters) and instant hints in the editor. The grammar that
 * decides what runs is the server's, applied by the executor.
 * Source of the rules: PostgreSQL manual, "Lexical Structure" (nested comments, dollar quotes, E'' escapes).
 */

type SpanKind = 'code' | 'string' | 'quoted-identifier' | 'comment';

/** A stretch of the text, in UTF-16 offsets, end exclusive. */
export interface Span {
  readonly kind: SpanKind;
  readonly start: number;
  readonly end: number;
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;

/** Cuts `text` into spans that cover it without gaps. An unterminated literal or comment runs to the end. */
export function spans(text: string): Span[] {
  const out: Span[] = [];
  let codeStart = 0;
  let at = 0;
  const push = (kind: SpanKind, start: number, end: number): void => {
    if (start > codeStart) out.push({ kind: 'code', start: codeStart, end: start });
    out.push({ kind, start, end });
    codeStart = at = end;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at] ?? '';
    if (two === '--') push('comment', at, lineEnd(text, at));
    else if (two === '/*') push('comment', at, commentEnd(text, at));
    else if (one === "'") push('string', at, quoteEnd(text, at, "'", isEscapeString(text, at)));
    else if (one === '"') push('quoted-identifier', at, quoteEnd(text, at, '"', false));
    else if (one === '$') {
      const end = dollarEnd(text, at);
      if (end === undefined) at += 1;
      else push('string', at, end);
    } else at += 1;
  }
  if (codeStart < text.length) out.push({ kind: 'code', start: codeStart, end: text.length });
  return out;
}

function lineEnd(text: string, from: number): number {
  const end = text.slice(from).search(/[\n\r]/);
  return end < 0 ? text.length : from + end;
}

function commentEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*') {
      depth += 1;
      at += 1;
    } else if (two === '*/') {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** True when the quote at `at` opens an E'' string, in which a backslash escapes. */
function isEscapeString(text: string, at: number): boolean {
  return /(?:^|[^A-Za-z0-9_$\u0080-\uffff])[eE]$/.test(text.slice(Math.max(0, at - 2), at));
}

function quoteEnd(text: string, from: number, quote: string, backslash: boolean): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (backslash && char === '\\') at += 1;
    else if (char === quote) {
      if (text[at + 1] === quote) at += 1;
      else return at + 1;
    }
  }
  return text.length;
}

function dollarEnd(text: string, at: number): number | undefined {
  if (at > 0 && /[A-Za-z0-9_$\u0080-\uffff]/.test(text[at - 1] ?? '')) return undefined;
  dollarTag.lastIndex = at;
  const tag = dollarTag.exec(text)?.[0];
  if (tag === undefined) return undefined;
  const close = text.indexOf(tag, at + tag.length);
  return close < 0 ? text.length : close + tag.length;
}
