import { locationOf, type Node, walk } from '../tree/node';
import type { Statement } from '../tree/script';
import { fold, tokens, type SqlToken } from '../tokens';
import { hiddenValue, holdsSecret, namesSecret } from './secrets';
import { oneLine, shortened } from './words';

/** Words at which a condition ends when they stand outside parentheses. */
const ends = new Set(
  `group having window union intersect except order limit offset fetch for returning on set when where values select
   from using with do then default check not-valid`.split(/\s+/),
);
/** Words before a condition. */
const opens = new Set(['where', 'on', 'having', 'check', 'using', 'and', 'to', '=']);

/** Byte offset of the leftmost part of a tree; null when the parser noted none. */
function leftmost(node: Node): number | null {
  let least: number | null = locationOf(node);
  for (const [, fields] of walk(node)) {
    const at = locationOf(fields);
    if (at !== null && (least === null || at < least)) least = at;
  }
  return least;
}

const cache = new WeakMap<object, readonly SqlToken[]>();

function tokensOf(statement: Pick<Statement, 'text'> & object): readonly SqlToken[] {
  const known = cache.get(statement);
  if (known) return known;
  const made = tokens(statement.text);
  cache.set(statement, made);
  return made;
}

/** UTF-16 offset in the statement's text of a byte of the script. */
function offsetIn(statement: Pick<Statement, 'text' | 'start' | 'end'>, byte: number): number {
  const wanted = byte - statement.start;
  if (statement.text.length === statement.end - statement.start) return wanted;
  let bytes = 0;
  let at = 0;
  for (const char of statement.text) {
    if (bytes >= wanted) break;
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    at += char.length;
  }
  return at;
}

/**
 * A condition or expression in its own words: cut from the statement at its tokens, on one line, literals shortened and
 * secrets left out. Null when the parser does not tell where it stands.
 */
export function ownText(statement: Statement, node: Node, most = 160): string | null {
  const at = leftmost(node);
  if (at === null) return null;
  const all = tokensOf(statement);
  const offset = offsetIn(statement, at);
  let first = all.findIndex((token) => token.start >= offset);
  if (first < 0) return null;
  const textOf = (token: SqlToken | undefined): string =>
    token ? statement.text.slice(token.start, token.end) : '';
  // Parentheses and NOT before the leftmost part belong to it, when they come right after the word that opens it.
  let back = first - 1;
  while (back >= 0 && (textOf(all[back]) === '(' || fold(textOf(all[back])) === 'not')) back -= 1;
  if (opens.has(fold(textOf(all[back])))) first = back + 1;
  let depth = 0;
  let last = first;
  for (; last < all.length; last += 1) {
    const text = textOf(all[last]);
    const word = all[last]?.kind === 'word' ? fold(text) : text;
    if (word === '(' || word === '[' || word === 'case') depth += 1;
    else if (word === ')' || word === ']' || (word === 'end' && depth > 0)) depth -= 1;
    if (depth < 0 || (depth === 0 && (text === ';' || text === ','))) break;
    if (depth === 0 && last > first && all[last]?.kind === 'word' && ends.has(word)) break;
  }
  return shortened(oneLine(shown(statement.text, all.slice(first, last))), most);
}

/** The tokens as written, with every literal shortened, and hidden where anything says that it is a secret. */
function shown(text: string, part: readonly SqlToken[]): string {
  const words = part.map((token) => text.slice(token.start, token.end));
  const secret = words.some(
    (one, index) => part[index]?.kind !== 'string' && namesSecret(one.replaceAll('"', '')),
  );
  let out = '';
  let before = part[0]?.start ?? 0;
  for (const [index, token] of part.entries()) {
    // Comments between tokens are left out.
    if (token.start > before) out += ' ';
    before = token.end;
    const word = words[index] ?? '';
    if (token.kind !== 'string') out += word;
    else if (secret || holdsSecret(word)) out += hiddenValue;
    else out += word.length > 44 ? `${shortened(word, 42)}'` : word;
  }
  return out;
}
