import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName, typeText } from '../../tree/names';
import { isNode, itemsOf, strings } from '../../tree/node';
import { newColumns } from '../../tree/tables';
import { findTable, snapshotOf } from '../../facts/schema-snapshot';

/** Names by which the server and the grammar call the same type. */
const same: Readonly<Record<string, string>> = {
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  varchar: 'character varying',
  bpchar: 'character',
  bool: 'boolean',
  float8: 'double precision',
  float4: 'real',
  timestamptz: 'timestamp with time zone',
  bigserial: 'bigint',
  serial: 'integer',
};
const plain = (type: string): string => (same[type] ?? type).replace(/\(.*\)$/, '');

export const foreignKeyTypeMismatch = rule({
  id: 'foreign-key-type-mismatch',
  title: 'A foreign key column has another type than what it refers to',
  category: 'schema-design',
  level: 'warning',
  options: {},
  *statement(statement, _options, { schema }) {
    for (const { name, definition, location } of newColumns(statement)) {
      for (const constraint of itemsOf(definition['constraints'], 'Constraint')) {
        if (constraint['contype'] !== 'CONSTR_FOREIGN' || !isNode(constraint['pktable'])) continue;
        const other = rangeName(constraint['pktable']);
        const table = findTable(schema, other);
        const key = strings(constraint['pk_attrs'])[0] ?? table?.primaryKey[0];
        const column = table?.columns.find((one) => one.name === key);
        if (!column || plain(column.type) === plain(typeText(definition['typeName']))) continue;
        yield {
          at: { at: location },
          message: `Column ${name} is ${plain(typeText(definition['typeName']))}, ${nameText(other)}.${column.name} is ${column.type}: each check has to convert, and values of the one may not fit the other.`,
        };
      }
    }
  },
});

const orders = /* @__PURE__ */ snapshotOf({
  v: 1,
  serverMajor: 18,
  searchPath: ['shop'],
  tables: [
    {
      schema: 'shop',
      name: 'orders',
      kind: 'table',
      rows: 10,
      bytes: 8192,
      columns: [{ name: 'id', type: 'bigint', notNull: true, hasDefault: true, label: null }],
      primaryKey: ['id'],
      indexes: [],
      foreignKeys: [],
    },
  ],
});

export const docs: RuleDocs = {
  why: 'An integer column that refers to a bigint key works until the key grows past 2,147,483,647, and then every INSERT fails. Comparisons between other types may not use the index.',
  fix: 'Give the column the type of the key.',
  bad: [
    { sql: 'CREATE TABLE items (order_id int REFERENCES orders (id));', context: { schema: orders } },
    {
      sql: 'ALTER TABLE items ADD COLUMN order_id text REFERENCES shop.orders;',
      context: { schema: orders },
    },
  ],
  good: [
    { sql: 'CREATE TABLE items (order_id bigint REFERENCES orders (id));', context: { schema: orders } },
    'CREATE TABLE items (order_id int REFERENCES orders (id));',
  ],
};
