/** A number of rows in words: `1 row`, `41,187 rows`. */
export function rowCount(rows: number): string {
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
}
