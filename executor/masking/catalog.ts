import type { QueryResult } from 'pg';
import { type ColumnPlace, viewColumns } from './view-columns';
import type { Labels } from './labels';

/** What masking knows of a table or view. */
interface Relation {
  /** Null: its columns say nothing about where their values come from (a foreign rule, TOAST, statistics, …). */
  readonly kind: 'table' | 'view' | null;
  /** `schema.table` of itself, of everything it inherits from and of everything that inherits from it. */
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<number, { readonly name: string; readonly generatedFrom: readonly number[] }>;
  /** Of a view: the places its columns come from; null: they cannot be told. */
  readonly origins: ReadonlyMap<number, ColumnPlace> | null;
}

/** The part of the catalogues that result columns need, in one state of the database. */
export interface Catalog {
  readonly relations: ReadonlyMap<number, Relation>;
  /** True when every label names a column that is there. */
  readonly labelsHold: boolean;
  readonly searchPath: string;
}

/** A session or a pool of them. */
export interface Asked {
  query(text: string, values: readonly unknown[]): Promise<QueryResult>;
}

interface RelationRow {
  oid: string;
  kind: string;
  schema: string;
  name: string;
  temporary: boolean;
  ruled: boolean;
  definition: string | null;
  names: string[];
  columns: { number: number; name: string; from: number[] | null }[];
}

// Approved SQL may have put a schema of its own into the search path: every name and operator says where it is from.
const relationsSql = `
  with recursive up (start, oid) as (
      select c.oid, c.oid from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) any ($1::pg_catalog.oid[])
      union
      select up.start, i.inhparent from up join pg_catalog.pg_inherits i on i.inhrelid operator(pg_catalog.=) up.oid
    ), down (start, oid) as (
      select c.oid, c.oid from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) any ($1::pg_catalog.oid[])
      union
      select down.start, i.inhrelid from down join pg_catalog.pg_inherits i on i.inhparent operator(pg_catalog.=) down.oid
    ), family as (select * from up union select * from down)
  select c.oid::pg_catalog.text, c.relkind::pg_catalog.text as kind, n.nspname::pg_catalog.text as schema,
    c.relname::pg_catalog.text as name, c.relpersistence operator(pg_catalog.=) 't' as temporary,
    exists (select from pg_catalog.pg_rewrite w
      where w.ev_class operator(pg_catalog.=) c.oid and w.ev_type operator(pg_catalog.<>) '1') as ruled,
    (select w.ev_action::pg_catalog.text from pg_catalog.pg_rewrite w
      where w.ev_class operator(pg_catalog.=) c.oid and w.ev_type operator(pg_catalog.=) '1') as definition,
    (select pg_catalog.array_agg(pg_catalog.concat(fn.nspname, '.', f.relname))
      from family join pg_catalog.pg_class f on f.oid operator(pg_catalog.=) family.oid
        join pg_catalog.pg_namespace fn on fn.oid operator(pg_catalog.=) f.relnamespace
      where family.start operator(pg_catalog.=) c.oid) as names,
    (select pg_catalog.json_agg(pg_catalog.json_build_object('number', a.attnum, 'name', a.attname, 'from',
        (select pg_catalog.json_agg(d.refobjsubid)
          from pg_catalog.pg_attrdef e join pg_catalog.pg_depend d
            on d.classid operator(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass
              and d.objid operator(pg_catalog.=) e.oid
              and d.refclassid operator(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
              and d.refobjid operator(pg_catalog.=) c.oid
          where e.adrelid operator(pg_catalog.=) c.oid and e.adnum operator(pg_catalog.=) a.attnum
            and a.attgenerated operator(pg_catalog.<>) ''
            and d.refobjsubid operator(pg_catalog.<>) a.attnum)))
      from pg_catalog.pg_attribute a
      where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0
        and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  where c.oid operator(pg_catalog.=) any ($1::pg_catalog.oid[])`;

const labelsSql = `
  select pg_catalog.current_setting('search_path') as path,
    (select pg_catalog.count(*)::pg_catalog.int4
      from rows from (
        pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])
      ) as l (place, name)
      where not exists (
        select from pg_catalog.pg_attribute a
          join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) a.attrelid
          join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
        where pg_catalog.concat(n.nspname, '.', c.relname) operator(pg_catalog.=) l.place
          and (l.name is null or a.attname::pg_catalog.text operator(pg_catalog.=) l.name)
          and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped)) as missing`;

/** Tables whose columns hold values of other tables' columns. */
const statistics = new Set(['pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject']);

function kindOf(row: RelationRow): Relation['kind'] {
  // A rule may return what it likes in the table's name.
  if (row.ruled) return null;
  if (row.kind === 'v' || row.kind === 'm') return 'view';
  // Of a temporary table nobody has said what it holds.
  if (row.temporary || !['r', 'p', 'f', 'S'].includes(row.kind)) return null;
  return row.schema === 'pg_catalog' && statistics.has(row.name) ? null : 'table';
}

/** Reads what is needed to classify columns of the relations `wanted`, views and what they read included. */
export async function readCatalog(
  session: Asked,
  wanted: readonly number[],
  labels: Labels,
): Promise<Catalog> {
  const { rows: heads } = await session.query(labelsSql, [
    labels.list.map(({ table }) => table),
    labels.list.map(({ column }) => column),
  ]);
  const [head] = heads as { path: string; missing: number }[];
  const relations = new Map<number, Relation>();
  const asked = new Set<number>();
  for (let next = wanted.filter((oid) => oid !== 0); next.length > 0;) {
    next.forEach((oid) => asked.add(oid));
    const { rows } = await session.query(relationsSql, [next]);
    for (const row of rows as RelationRow[]) {
      const kind = kindOf(row);
      relations.set(Number(row.oid), {
        kind,
        names: row.names,
        columns: new Map(
          (row.columns ?? []).map((c) => [c.number, { name: c.name, generatedFrom: c.from ?? [] }]),
        ),
        origins: kind === 'view' && row.definition !== null ? viewColumns(row.definition) : null,
      });
    }
    const inside = [...relations.values()].flatMap(({ origins }) => [...(origins?.values() ?? [])]);
    next = [...new Set(inside.map(({ table }) => table))].filter((oid) => oid !== 0 && !asked.has(oid));
  }
  return { relations, labelsHold: head?.missing === 0, searchPath: head?.path ?? '' };
}
