/** A table as the result grid shows it: text cells, null for NULL. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/**
 * RFC 4180 text of a table with CRLF line ends. NULL is an empty field, an empty string is `""`. A cell that a
 * spreadsheet would take for a formula gets a leading apostrophe (OWASP, "CSV Injection"); plain numbers such as
 * `-12.5` are data and stay as they are.
 */
export function toCsv(table: CsvTable): string {
  const lines = [table.columns.map(field), ...table.rows.map((row) => row.map(field))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** Starts a formula in a spreadsheet, at the cell's start or behind white space that programs trim. */
const formulaStart = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
const plainNumber = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** The text of a cell that no spreadsheet takes for a formula. */
export function guardFormula(cell: string): string {
  return formulaStart.test(cell) && !plainNumber.test(cell) ? `'${cell}` : cell;
}

function field(cell: string | null): string {
  if (cell === null) return '';
  const safe = guardFormula(cell);
  return safe === '' || /[",\r\n;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
