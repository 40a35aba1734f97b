/** Longest change, bytes. */
const size = 200 * 1_024;

function filled(part: (turn: number) => string): string {
  const parts: string[] = [];
  for (let turn = 0, length = 0; length < size - 400; turn += 1) {
    const next = part(turn);
    parts.push(next);
    length += next.length;
  }
  return parts.join('');
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_item, at) => at);

/**
 * Texts as long as a change may be, in which a reader that looks back, or tries more ways than one, takes minutes. Some are
 * an attack; a table dump, a long INSERT and a value in hexadecimal are everyday.
 */
export const longTexts: Readonly<Record<string, string>> = {
  statements: filled(() => 'SELECT 1;'),
  semicolons: `SELECT 1${filled(() => ';')}`,
  tables: filled((at) => `CREATE TABLE t${at}(id int);`),
  'tables with rows': filled((at) => `CREATE TABLE t${at}(id int);INSERT INTO t${at} VALUES(1);`),
  'tables taken away': `DROP TABLE x${filled((at) => `,t${at}`)}`,
  'views taken away': `DROP VIEW x${filled((at) => `,v${at}`)}`,
  columns: filled((at) => `ALTER TABLE t ADD COLUMN c${at} int;`),
  'enum values': filled((at) => `ALTER TYPE s ADD VALUE 'v${at}';`),
  'rows taken away and put in': filled((at) => `DELETE FROM t${at};INSERT INTO t${at} VALUES(1);`),
  waivers: filled((at) => `-- qc-waive ban-drop-table: r${at}\nDROP TABLE a${at};`),
  'waived rules': `-- qc-waive x1${filled((at) => `,rule-${at}`)}: why\nDROP TABLE a;`,
  'dashes after a literal': `SELECT 'a' ${filled(() => '-- ')}`,
  'a literal in parts': `SELECT 'a'${filled(() => "\n'a'")}`,
  'a hexadecimal value': `INSERT INTO t(a) VALUES ('${filled(() => 'abcdef')}')`,
  'an address': `SELECT 'a://${filled(() => 'b')}'`,
  'a list': `SELECT * FROM t WHERE a IN (0${filled((at) => `,${at}`)})`,
  joins: `SELECT * FROM a0 ${numbers(1_500)
    .map((at) => `JOIN a${at + 1} ON true`)
    .join(' ')}`,
  'with queries': `WITH ${numbers(1_500)
    .map((at) => `c${at} AS (SELECT * FROM t${at})`)
    .join(',')} SELECT 1`,
};
