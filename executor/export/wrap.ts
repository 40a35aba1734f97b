import { escapeIdentifier, escapeLiteral } from 'pg';
import type { ExportFormat } from '#core/protocol/export';
import { guardFormula } from '#core/results/csv';
import { maskedValue } from '../masking/masker';
import { parquetKind } from './parquet/kinds';

/** A column of the query that is exported. */
export interface ExportColumn {
  readonly name: string;
  /** As the server describes it; a domain is its base type. */
  readonly typeOid: number;
  /** Its values do not leave. */
  readonly masked: boolean;
  /** A spreadsheet may take its text form for a formula. */
  readonly guarded: boolean;
}

/** Categories of types (`pg_type.typcategory`) whose text never begins like a formula, or only as a number does. */
const plainCategories = new Set(['A', 'B', 'D', 'G', 'I', 'N', 'R']);

/** True when the values of a type may begin with `=`, `+`, `-`, `@` and the like. */
export const needsGuard = (category: string): boolean => !plainCategories.has(category);

// By code point: white space that programs trim, = + - @ | %, and the full-width forms of the first four.
const suspects = '{9,10,11,12,13,32,37,43,45,61,64,124,160,65279,65285,65291,65293,65309,65312}';
const formula = '^[ \\t\\n\\v\\f\\r\\u00a0\\ufeff]*[-=+@|%\\uff1d\\uff0b\\uff0d\\uff20]|^[\\t\\r\\n]';
const plainNumber = '^[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?$';

/** An apostrophe before a cell that a spreadsheet would run. The first comparison settles almost every cell. */
function guardedCell(cell: string): string {
  const matches = (pattern: string): string =>
    `(${cell}::pg_catalog.text collate pg_catalog."C") operator(pg_catalog.~) ${escapeLiteral(pattern)}`;
  return (
    `case when pg_catalog.ascii(${cell}::pg_catalog.text) operator(pg_catalog.=) any ('${suspects}'::pg_catalog.int4[]) ` +
    `and ${matches(formula)} and not (${matches(plainNumber)}) ` +
    `then pg_catalog.concat('''', ${cell}::pg_catalog.text) else ${cell}::pg_catalog.text end`
  );
}

/**
 * One COPY around an approved query. The query stands in it byte for byte, on lines of its own, so that a comment at its
 * end ends with it; it was parsed as one SELECT before, so its brackets are its own. Its columns get names of ours, so
 * that two of one name can be told apart, and each value passes through at most one expression.
 */
export function copyText(query: string, columns: readonly ExportColumn[], format: ExportFormat): string {
  const names = columns.map((_column, at) => `c${at + 1}`);
  const values = columns.map((column, at) => {
    const value = cellText(column, `q.c${at + 1}`, format);
    return `${value} as ${format === 'ndjson' ? escapeIdentifier(column.name) : `c${at + 1}`}`;
  });
  const inner = `select ${values.join(', ')} from (\n${query}\n) as q (${names.join(', ')})`;
  if (format === 'csv') return `copy (${inner}) to stdout (format csv)`;
  if (format === 'parquet') return `copy (${inner}) to stdout (format binary)`;
  // JSON holds neither \x01 nor \x02, so nothing in it is quoted; text format would double every backslash.
  // `t.*` is the row, whatever the columns are called; `t` alone would be a column of that name.
  return `copy (select pg_catalog.row_to_json(t.*) from (${inner}) as t) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`;
}

/** What leaves the database for one value. */
function cellText(column: ExportColumn, cell: string, format: ExportFormat): string {
  if (column.masked) return `${escapeLiteral(maskedValue)}::pg_catalog.text`;
  if (format === 'csv' && column.guarded) return guardedCell(cell);
  if (format !== 'parquet') return cell;
  const { sqlType } = parquetKind(column);
  // The cast changes nothing; it says what the bytes are.
  if (sqlType !== null) return `${cell}::pg_catalog.${sqlType}`;
  // `concat` asks the type itself for its text, where a cast may be somebody's own, or drops blanks or a netmask.
  return `case when ${cell} is distinct from null then pg_catalog.concat(${cell}) end`;
}

/** The first line of a CSV file. */
export function csvHeader(columns: readonly ExportColumn[]): Buffer {
  const cells = columns.map(({ name }) => {
    const cell = guardFormula(name);
    return /[",\r\n]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  return Buffer.from(`${cells.join(',')}\n`);
}

const quote = 0x01;
const lineBreaks = new Set([0x0a, 0x0d]);

/**
 * Rows of NDJSON as they stand in the file. A line that came quoted has a line break in it: white space between the tokens
 * of a `json` value, because in a JSON string it would be escaped. It becomes a blank.
 */
export function ndjsonLines(rows: Buffer): Buffer {
  if (!rows.includes(quote)) return rows;
  const lines = Buffer.allocUnsafe(rows.length);
  let quoted = false;
  let length = 0;
  for (const byte of rows) {
    if (byte === quote) quoted = !quoted;
    else {
      lines[length] = quoted && lineBreaks.has(byte) ? 0x20 : byte;
      length += 1;
    }
  }
  return lines.subarray(0, length);
}
