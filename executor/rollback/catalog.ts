import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import * as v from 'valibot';
import type { Calls, NameInText } from './read-statement';

const Column = v.object({
  name: v.string(),
  type: v.string(),
  generated: v.boolean(),
  /** GENERATED ALWAYS AS IDENTITY: an UPDATE cannot give it a value. */
  always: v.boolean(),
  /** Its type, without domains, is PostgreSQL's own or an enum: rows can be found by it with `pg_catalog`'s equality. */
  plain: v.boolean(),
});

const TableFacts = v.object({
  oid: v.string(),
  schema: v.string(),
  name: v.string(),
  kind: v.string(),
  persistence: v.string(),
  rowSecurity: v.boolean(),
  isPartition: v.boolean(),
  hasChildren: v.boolean(),
  hasRules: v.boolean(),
  columns: v.array(Column),
  key: v.array(v.string()),
  triggers: v.array(
    v.object({ name: v.string(), insert: v.boolean(), update: v.boolean(), delete: v.boolean() }),
  ),
  /** Foreign keys that refer to it: `deletes` is `confdeltype`. */
  references: v.array(
    v.object({ table: v.string(), self: v.boolean(), deletes: v.string(), columns: v.array(v.string()) }),
  ),
  /** What the role may do with the table as a whole. */
  may: v.object({ select: v.boolean(), insert: v.boolean(), update: v.boolean(), delete: v.boolean() }),
});
/** What the catalogues say of a table that a script changes. */
export type TableFacts = v.InferOutput<typeof TableFacts>;

const Settings = v.record(v.string(), v.string());

/** Settings that decide how a value is written as text, and read again. */
const textSettings = [
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'extra_float_digits',
  'bytea_output',
  'lc_monetary',
  'quote_all_identifiers',
  'xmloption',
  'array_nulls',
] as const;

const Facts = v.object({
  tables: v.array(v.nullable(TableFacts)),
  /** Names of functions and operators whose effects no plan can tell. */
  volatile: v.array(v.string()),
  settings: Settings,
  /** The functions that keep rows are installed. */
  installed: v.boolean(),
});
/** Everything that a plan depends on beside the text. */
export type Facts = v.InferOutput<typeof Facts>;

/** Volatile functions that change nothing which a rollback would have to undo. */
const harmless = [
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'nextval',
  'currval',
  'lastval',
  'clock_timestamp',
  'timeofday',
];

const textArray = (values: readonly string[]): string =>
  `array[${values.map(escapeLiteral).join(', ')}]::text[]`;

const quoted = ({ schema, name }: NameInText): string =>
  schema === null ? escapeIdentifier(name) : `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;

/** With `search_path = pg_catalog`, so that nobody's operators take part. */
const tableSql = (oid: string, role: string): string => {
  const may = (privilege: string): string =>
    `'${privilege}', has_table_privilege(${escapeLiteral(role)}, c.oid, '${privilege}')`;
  return `(select json_build_object(
    'oid', c.oid::text, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'persistence', c.relpersistence,
    'rowSecurity', c.relrowsecurity, 'isPartition', c.relispartition,
    'hasChildren', c.relkind = 'r' and exists (select from pg_inherits i where i.inhparent = c.oid),
    'hasRules', exists (select from pg_rewrite w where w.ev_class = any (tree.oids)),
    'columns', (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'generated', a.attgenerated <> '', 'always', a.attidentity = 'a',
        'plain', (with recursive base (type) as (select a.atttypid union all
            select d.typbasetype from base join pg_type d on d.oid = base.type and d.typtype = 'd')
          select bool_or(d.typtype <> 'd' and (d.typtype = 'e' or d.typnamespace = 'pg_catalog'::regnamespace))
          from base join pg_type d on d.oid = base.type)) order by a.attnum), '[]')
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'key', (select coalesce(json_agg(a.attname order by k.ord), '[]')
      from pg_constraint p, unnest(p.conkey) with ordinality k (num, ord), pg_attribute a
      where p.conrelid = c.oid and p.contype = 'p' and a.attrelid = c.oid and a.attnum = k.num),
    'triggers', (select coalesce(json_agg(json_build_object('name', t.tgname, 'insert', t.tgtype & 4 > 0,
        'delete', t.tgtype & 8 > 0, 'update', t.tgtype & 16 > 0) order by t.tgname), '[]')
      from pg_trigger t where t.tgrelid = any (tree.oids) and not t.tgisinternal and t.tgenabled in ('O', 'A')),
    'references', (select coalesce(json_agg(json_build_object('table', f.conrelid::regclass::text, 'self', f.conrelid = any (tree.oids), 'deletes', f.confdeltype,
        'columns', (select json_agg(a.attname) from pg_attribute a
          where a.attrelid = f.confrelid and a.attnum = any (f.confkey))) order by f.conrelid::regclass::text), '[]')
      from pg_constraint f where f.contype = 'f' and f.confrelid = any (tree.oids) and f.conparentid = 0),
    'may', json_build_object(${['select', 'insert', 'update', 'delete'].map(may).join(', ')}))
  from pg_class c join pg_namespace n on n.oid = c.relnamespace,
    lateral (select array_agg(t.oid) as oids from (select c.oid union select relid from pg_partition_tree(c.oid)) t) tree
  where c.oid = ${oid}::oid)`;
};

function volatileSql(calls: Calls, path: readonly string[]): string {
  const found = calls.functions.map(({ schema, name, where }) => {
    const schemas = textArray(schema === null ? path : [schema]);
    const spared = where
      ? ''
      : ` and not (n.nspname = 'pg_catalog' and p.proname = any (${textArray(harmless)}))`;
    return `select p.proname::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where p.provolatile = 'v' and p.proname = ${escapeLiteral(name)} and n.nspname = any (${schemas})${spared}`;
  });
  const operators = `select 'operator ' || o.oprname as name from pg_operator o join pg_proc p on p.oid = o.oprcode
    where p.provolatile = 'v' and o.oprname = any (${textArray(calls.operators)})`;
  return `(select coalesce(json_agg(distinct name order by name), '[]') from (${[...found, operators].join(' union ')}) v)`;
}

/**
 * Asks the catalogues about tables and calls, in the open transaction of `client`; its search_path is `searchPath`
 * afterwards. Reads only.
 */
export async function readFacts(
  client: ClientBase,
  tables: readonly NameInText[],
  calls: Calls,
  frame: { readonly role: string; readonly searchPath: string },
): Promise<Facts> {
  const setPath = `select pg_catalog.set_config('search_path', ${escapeLiteral(frame.searchPath)}, true)`;
  const names = tables
    .map(
      (table) => `, pg_catalog.to_regclass(${escapeLiteral(quoted(table))})::pg_catalog.oid::pg_catalog.text`,
    )
    .join('');
  await client.query(setPath);
  const { rows: resolved } = await client.query<unknown[]>({
    text: `select pg_catalog.to_json(pg_catalog.current_schemas(true))${names}`,
    rowMode: 'array',
  });
  const [path, ...oids] = v.parse(
    v.tupleWithRest([v.array(v.string())], v.nullable(v.string())),
    resolved[0],
  );
  await client.query('set local search_path = pg_catalog');
  const settings = textSettings.map((name) => `'${name}', current_setting('${name}')`).join(', ');
  const { rows } = await client.query<{ facts: unknown }>(
    `select json_build_object(
      'tables', json_build_array(${oids.map((oid) => (oid === null ? 'null' : tableSql(oid, frame.role))).join(', ')}),
      'volatile', ${volatileSql(calls, path)},
      'settings', json_build_object(${settings}),
      'installed', exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'querychange' and p.proname = 'sweep_kept_rows')) as facts`,
  );
  await client.query(setPath);
  return v.parse(Facts, rows[0]?.facts);
}
