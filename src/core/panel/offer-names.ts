import { quoteName, reservedWords } from '../sql/reserved-words';
import { fold, pieces, type SqlToken } from '../sql/tokens';
import type { SchemaNames } from './structure';

type Table = SchemaNames['tables'][number];

/** Something that an editor offers at the cursor. */
export interface Offer {
  /** The name, as it is called. */
  readonly name: string;
  /** What to write for it: quoted where it has to be. */
  readonly text: string;
  readonly what: 'column' | 'table' | 'schema';
  /** Type and data class of a column; kind of a table. */
  readonly detail: string;
}

/** Offers for what stands between `from` and the cursor. */
export interface Offers {
  /** UTF-16 offset where the word begins that is being written. */
  readonly from: number;
  readonly offers: readonly Offer[];
}

/** A relation that the statement names, with what it is called there. */
interface Named {
  readonly table: Table;
  readonly alias: string;
}

/**
 * What may stand at the cursor: columns of the tables that the statement names, tables, schemas; behind a dot only what
 * belongs to the name before it. Null inside literals and comments, and where nothing is known.
 */
export function offerNames(text: string, cursor: number, names: SchemaNames): Offers | null {
  const all: SqlToken[] = [];
  for (const { kind, start, end } of pieces(text)) {
    const literal = kind === 'comment' || kind === 'string' || kind === 'bits';
    if (literal && start < cursor && cursor <= end) return null;
    if (kind !== 'comment') all.push({ kind, start, end });
  }
  const own = statementAt(text, all, cursor);
  const last = own.findLastIndex((token) => token.start < cursor);
  const word = own[last];
  const writing = word !== undefined && word.end >= cursor && isName(word) ? word : null;
  const from = writing?.start ?? cursor;
  const before = own[writing ? last - 1 : last];
  const qualifier = own[(writing ? last - 1 : last) - 1];
  const named = namedIn(
    text,
    own.filter((token) => token !== writing),
    names,
  );
  if (before && text.slice(before.start, before.end) === '.') {
    const behind = qualifier && isName(qualifier) ? nameOf(text, qualifier) : null;
    return behind === null ? null : { from, offers: ofQualifier(behind, named, names) };
  }
  return { from, offers: [...ofColumns(named), ...ofTables(names)] };
}

const isName = ({ kind }: SqlToken): boolean => kind === 'word' || kind === 'quoted';

/** The name that a token means, as the server stores it. */
function nameOf(text: string, { kind, start, end }: SqlToken): string {
  const written = text.slice(start, end);
  return kind === 'word'
    ? fold(written)
    : written.slice(1, written.endsWith('"') ? -1 : undefined).replaceAll('""', '"');
}

/** The tokens of the statement around the cursor. */
function statementAt(text: string, all: readonly SqlToken[], cursor: number): readonly SqlToken[] {
  const ends = (token: SqlToken): boolean => text.slice(token.start, token.end) === ';';
  const first = all.findLastIndex((token) => token.end <= cursor && ends(token)) + 1;
  const end = all.findIndex((token) => token.start >= cursor && ends(token));
  return all.slice(first, end < 0 ? undefined : end);
}

/** Every known table that the statement names, with its alias: an unknown name, or a column's, is no table. */
function namedIn(text: string, own: readonly SqlToken[], names: SchemaNames): readonly Named[] {
  const found: Named[] = [];
  for (let at = 0; at < own.length; at += 1) {
    const one = own[at];
    if (!one || !isName(one)) continue;
    const parts = [nameOf(text, one)];
    const [dot, next] = [own[at + 1], own[at + 2]];
    if (dot && next && text.slice(dot.start, dot.end) === '.' && isName(next)) {
      parts.push(nameOf(text, next));
      at += 2;
    }
    const table = findTable(names, parts);
    if (!table) continue;
    let follows = own[at + 1];
    if (follows && isName(follows) && fold(text.slice(follows.start, follows.end)) === 'as')
      follows = own[at + 2];
    const alias =
      follows && isName(follows) && !reservedWords.has(nameOf(text, follows))
        ? nameOf(text, follows)
        : table.name;
    found.push({ table, alias });
  }
  return found;
}

function findTable({ tables, searchPath }: SchemaNames, parts: readonly string[]): Table | undefined {
  const [first = '', second] = parts;
  if (second !== undefined) return tables.find(({ schema, name }) => schema === first && name === second);
  for (const place of searchPath) {
    const found = tables.find(({ schema, name }) => schema === place && name === first);
    if (found) return found;
  }
  return undefined;
}

function ofQualifier(name: string, named: readonly Named[], names: SchemaNames): Offer[] {
  const table = named.find(({ alias }) => alias === name) ?? named.find((one) => one.table.name === name);
  if (table) return columnsOf(table.table);
  return names.tables
    .filter(({ schema }) => schema === name)
    .map((one) => tableOffer(one, quoteName(one.name)));
}

function ofColumns(named: readonly Named[]): Offer[] {
  const seen = new Set<string>();
  return named
    .flatMap(({ table }) => columnsOf(table))
    .filter(({ name }) => !seen.has(name) && seen.add(name));
}

function columnsOf({ columns }: Table): Offer[] {
  return columns.map(({ name, type, label }) => ({
    name,
    text: quoteName(name),
    what: 'column',
    detail: label === null ? type : `${type}, ${label}`,
  }));
}

function ofTables({ tables, searchPath }: SchemaNames): Offer[] {
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  return [
    ...tables.map((table) => {
      const bare = searchPath.includes(table.schema);
      return tableOffer(
        table,
        bare ? quoteName(table.name) : `${quoteName(table.schema)}.${quoteName(table.name)}`,
      );
    }),
    ...schemas.map((name): Offer => ({ name, text: quoteName(name), what: 'schema', detail: 'schema' })),
  ];
}

function tableOffer({ schema, name, kind }: Table, text: string): Offer {
  return { name, text, what: 'table', detail: `${kind.replace('-', ' ')} in ${schema}` };
}
