import * as fc from 'fast-check';
import { offerNames } from '#core/panel/offer-names';
import { namesOf, type SchemaNames } from '#core/panel/structure';
import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { pieces } from '#core/sql/tokens';

const column = (name: string, type = 'text', label: string | null = null) => ({ name, type, label });
const table = (schema: string, name: string, columns: SchemaNames['tables'][number]['columns']) => ({
  schema,
  name,
  kind: 'table' as const,
  columns,
});
const names: SchemaNames = {
  searchPath: ['shop'],
  tables: [
    table('shop', 'orders', [column('id', 'bigint'), column('customer_id', 'bigint')]),
    table('shop', 'customers', [column('id', 'bigint'), column('email', 'text', 'personal'), column('User')]),
    table('audit', 'log', [column('at')]),
    table('shop', '"; DROP TABLE orders; --', [column('a"b')]),
  ],
};

/** What is offered at the bar. */
const at = (marked: string) => {
  const cursor = marked.indexOf('|');
  return offerNames(marked.replace('|', ''), cursor, names);
};
const written = (marked: string, what: string) =>
  at(marked)
    ?.offers.filter((offer) => offer.what === what)
    .map(({ text }) => text);

test('columns are those of the tables that the statement names, also behind the cursor', () => {
  expect(written('SELECT | FROM orders', 'column')).toEqual(['id', 'customer_id']);
  expect(written('UPDATE customers SET em| WHERE id = 1', 'column')).toEqual(['id', 'email', '"User"']);
  expect(written('SELECT 1 FROM orders; SELECT | FROM customers; DELETE FROM orders', 'column')).toEqual([
    'id',
    'email',
    '"User"',
  ]);
  expect(written('SELECT | FROM elsewhere', 'column')).toEqual([]);
});

test('the type stands beside a column, with its class', () => {
  const email = at('SELECT | FROM customers')?.offers.find(({ name }) => name === 'email');
  expect(email).toEqual({ name: 'email', text: 'email', what: 'column', detail: 'text, personal' });
});

test('behind a dot stands what belongs to the name before it: an alias, a table, a schema', () => {
  expect(written('SELECT o.| FROM orders o JOIN customers AS c ON true', 'column')).toEqual([
    'id',
    'customer_id',
  ]);
  expect(written('SELECT c.e| FROM orders o JOIN customers AS c ON true', 'column')).toContain('email');
  expect(written('SELECT log.| FROM audit.log', 'column')).toEqual(['at']);
  expect(at('SELECT * FROM audit.|')?.offers.map(({ text }) => text)).toEqual(['log']);
  expect(at('SELECT nobody.|')?.offers).toEqual([]);
});

test('a table outside the search path is written with its schema', () => {
  expect(written('SELECT * FROM |', 'table')).toEqual([
    'orders',
    'customers',
    'audit.log',
    '"""; DROP TABLE orders; --"',
  ]);
});

test.each(["SELECT 'a|' FROM orders", "SELECT 'a|", '-- a|', '/* a| */', 'SELECT $$ a| $$', 'SELECT $$ a|'])(
  'nothing is offered in %s',
  (text) => {
    expect(at(text)).toBeNull();
  },
);

test('whatever a database calls its things, what is written for it is one name', () => {
  const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
  fc.assert(
    fc.property(name, name, (schema, called) => {
      const odd: SchemaNames = { searchPath: [], tables: [table(schema, called, [column(called)])] };
      for (const { text, what } of offerNames('', 0, odd)?.offers ?? []) {
        const kinds = [...pieces(text)].map(({ kind }) => kind);
        expect(kinds.filter((kind) => kind !== 'symbol')).toHaveLength(what === 'table' ? 2 : 1);
        expect(kinds.every((kind) => kind === 'word' || kind === 'quoted' || kind === 'symbol')).toBe(true);
      }
    }),
  );
});

test('a name with something that nobody sees is never offered, nor a table whose columns are not told', () => {
  const id = { name: 'id', type: 'int', notNull: true, hasDefault: false, label: null };
  const bare = { kind: 'table' as const, rows: 1, bytes: 1, primaryKey: [], indexes: [], foreignKeys: [] };
  const snapshot = snapshotOf({
    v: 1,
    serverMajor: 18,
    searchPath: ['shop', 'sh\u200bop'],
    tables: [
      { ...bare, schema: 'shop', name: 'ord\u202eers', columns: [id] },
      { ...bare, schema: 'sh\u200bop', name: 'orders', columns: [id] },
      { ...bare, schema: 'hidden', name: 'linked', columns: [] },
      { ...bare, schema: 'shop', name: 'orders', columns: [id, { ...id, name: 'i\u200bd' }] },
    ],
  });
  expect(namesOf(snapshot)).toEqual({
    searchPath: ['shop'],
    tables: [table('shop', 'orders', [column('id', 'int')])],
  });
});
