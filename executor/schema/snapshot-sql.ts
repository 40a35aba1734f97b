/** At most as many tables are described. */
const maxTables = 2_000;
const maxColumns = 200;
const maxNames = 5_000;

const action = (code: string): string =>
  `case ${code} when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null'
    when 'd' then 'set default' else 'no action' end`;

/** Names of columns by their numbers, in that order; null for an expression. */
const columnNames = (relation: string, numbers: string): string =>
  `(select coalesce(json_agg(a.attname order by k.ord), '[]')
    from unnest(${numbers}) with ordinality k(num, ord)
    left join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.num and k.num > 0)`;

/** Relations that `from … r where …` finds, by name. */
const relations = (from: string, where: string): string =>
  `(select coalesce(jsonb_agg(distinct jsonb_build_object('schema', rn.nspname, 'name', r.relname)), '[]')
    from ${from} join pg_namespace rn on rn.oid = r.relnamespace where ${where})`;

const columns = `(select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'notNull', a.attnotnull, 'hasDefault', a.atthasdef or a.attidentity <> '') order by a.attnum), '[]')
    from (select * from pg_attribute where attrelid = t.oid and attnum > 0 and not attisdropped
      order by attnum limit ${maxColumns}) a)`;

const indexes = `(select coalesce(json_agg(json_build_object('name', ic.relname, 'unique', i.indisunique,
      'columns', ${columnNames('t.oid', '(i.indkey::int2[])[0:i.indnkeyatts - 1]')},
      'partial', i.indpred is not null) order by ic.relname), '[]')
    from pg_index i join pg_class ic on ic.oid = i.indexrelid where i.indrelid = t.oid)`;

const foreignKeys = `(select coalesce(json_agg(json_build_object('name', k.conname,
      'columns', ${columnNames('t.oid', 'k.conkey')}, 'toSchema', fn.nspname, 'toTable', f.relname,
      'toColumns', ${columnNames('f.oid', 'k.confkey')},
      'onDelete', ${action('k.confdeltype')}, 'onUpdate', ${action('k.confupdtype')}) order by k.conname), '[]')
    from pg_constraint k join pg_class f on f.oid = k.confrelid join pg_namespace fn on fn.oid = f.relnamespace
    where k.conrelid = t.oid and k.contype = 'f')`;

/** Pages of a table, of its long values and of the indexes of both, as the catalogues remember them: no file is asked. */
const pages = `(greatest(t.relpages, 0)::int8
      + coalesce((select greatest(x.relpages, 0) from pg_class x where x.oid = t.reltoastrelid), 0)
      + coalesce((select sum(greatest(x.relpages, 0)) from pg_index i join pg_class x on x.oid = i.indexrelid
          where i.indrelid = any (array[t.oid, t.reltoastrelid])), 0))`;

/** Rows of a table; of a partitioned one the sum of its partitions, when all of them are known. */
const rows = `case
      when t.relkind = 'p' then (select case when bool_and(leaf.reltuples >= 0) then sum(leaf.reltuples) end
        from pg_partition_tree(t.oid) p join pg_class leaf on leaf.oid = p.relid where p.isleaf)
      when t.relkind <> 'v' and t.reltuples >= 0 then t.reltuples end`;

const readsOf = (
  relation: string,
): string => `pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass
          and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and w.ev_class = ${relation}
        join pg_class r on r.oid = d.refobjid and r.oid <> ${relation}`;

/** A relation that the role cannot name hangs on one that it can: a lock may reach it all the same. */
const hangsOnOpen = `exists (select from pg_constraint k join pg_class f on f.oid = k.confrelid
        join visible o on o.oid = f.relnamespace where k.conrelid = c.oid and k.contype = 'f' and o.open)
      or exists (select from pg_inherits h join pg_class f on f.oid = h.inhparent
        join visible o on o.oid = f.relnamespace where h.inhrelid = c.oid and o.open)
      or c.relkind in ('v', 'm') and exists (select from ${readsOf('c.oid')}
        join visible o on o.oid = r.relnamespace where o.open)`;

/** Only where the role may name it. */
const ifOpen = (json: string): string => `case when t.open then ${json} else '[]' end`;

/**
 * The structure of a database as one JSON value, as far as the current role may name it; beyond that only names and links
 * of what hangs on it. Reads catalogues and no file, and waits for no lock on what it describes. The session's search path
 * must be `pg_catalog`, so that no name is somebody else's. `path`: the schemas that a name without one is looked up in,
 * as an SQL array.
 */
export const snapshotSql = (path: string): string => `
with visible as (
    select oid, nspname, has_schema_privilege(oid, 'USAGE') as open, nspname = any (${path}::name[]) as first
    from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'querychange')
  ), told as (
    select c.*, n.nspname, n.open, n.first from pg_class c join visible n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and (n.open or ${hangsOnOpen})
  ), ranked as (
    select *, row_number() over (order by relispartition, open desc, first desc, relkind <> 'p',
      floor(ln(greatest(relpages, 1))) desc, nspname, relname) as place from told
  ), described as (
    select t.place, json_build_object(
      'schema', t.nspname, 'name', t.relname,
      'kind', case t.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view'
        when 'm' then 'materialized-view' else 'foreign' end,
      'rows', case when t.open then ${rows} end,
      'bytes', case when t.open then ${pages} * current_setting('block_size')::int8 else 0 end,
      'columns', ${ifOpen(columns)},
      'primaryKey', ${ifOpen(`coalesce((select ${columnNames('t.oid', 'k.conkey')} from pg_constraint k
        where k.conrelid = t.oid and k.contype = 'p'), '[]')`)},
      'indexes', ${ifOpen(indexes)},
      'foreignKeys', ${foreignKeys},
      'parents', ${relations('pg_inherits h join pg_class r on r.oid = h.inhparent', 'h.inhrelid = t.oid')},
      'partition', t.relispartition,
      'defaultPartition', exists (select from pg_partitioned_table p where p.partdefid = t.oid),
      'triggers', ${ifOpen(`(select coalesce(json_agg(g.tgname order by g.tgname), '[]') from pg_trigger g
        where g.tgrelid = t.oid and not g.tgisinternal and g.tgenabled <> 'D')`)},
      'reads', ${relations(readsOf('t.oid'), `t.relkind in ('v', 'm')`)},
      'sequences', ${relations(
        `pg_depend d join pg_class r on r.oid = d.objid and r.relkind = 'S'`,
        `d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
          and d.deptype in ('a', 'i')`,
      )}) as facts
    from ranked t where t.place <= ${maxTables}
  )
select json_build_object(
  'server', current_setting('server_version_num')::int / 10000,
  'tables', (select json_agg(facts order by place) from described),
  'functions', (select json_agg(distinct jsonb_build_object('schema', n.nspname, 'name', p.proname))
    from (select * from pg_proc where oid >= 16384 order by oid limit ${maxNames}) p
      join visible n on n.oid = p.pronamespace and n.open),
  'domains', (select json_agg(jsonb_build_object('schema', n.nspname, 'name', y.typname) order by n.nspname, y.typname)
    from (select * from pg_type where typtype = 'd' order by oid limit ${maxNames}) y
      join visible n on n.oid = y.typnamespace and n.open
    where y.typnotnull or exists (select from pg_constraint k where k.contypid = y.oid)),
  'truncated', (select count(*) > ${maxTables} from told)
    or (select count(*) > ${maxNames} from pg_proc where oid >= 16384)
    or exists (select from pg_class c join visible n on n.oid = c.relnamespace and n.open
      where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnatts > ${maxColumns})
) as snapshot`;
