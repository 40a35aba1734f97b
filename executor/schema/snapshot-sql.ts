/** At most as many tables are described: the largest ones. */
const maxTables = 2_000;
const maxColumns = 200;
const maxNames = 5_000;
const maxDefinition = 4_000;

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

/**
 * The structure of a database as one JSON value. Reads catalogues only. The session's search path must be `pg_catalog`:
 * then no name is somebody else's, and the queries of views name their schemas.
 */
export const snapshotSql = `
with visible as (
    select oid, nspname from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'querychange')
  ), taken as (
    select c.*, n.nspname from pg_class c join visible n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') order by c.relpages desc, n.nspname, c.relname limit ${maxTables}
  ), described as (
    select t.nspname, t.relname, json_build_object(
      'schema', t.nspname, 'name', t.relname,
      'kind', case t.relkind when 'r' then 'table' when 'p' then 'partitioned' when 'v' then 'view'
        when 'm' then 'materialized-view' else 'foreign' end,
      'rows', case when t.reltuples >= 0 and t.relkind <> 'v' then round(t.reltuples) end,
      'bytes', case when t.relkind in ('r', 'm') then pg_total_relation_size(t.oid) else 0 end,
      'columns', ${columns},
      'primaryKey', coalesce((select ${columnNames('t.oid', 'k.conkey')} from pg_constraint k
        where k.conrelid = t.oid and k.contype = 'p'), '[]'),
      'indexes', ${indexes},
      'foreignKeys', ${foreignKeys},
      'parents', ${relations('pg_inherits h join pg_class r on r.oid = h.inhparent', 'h.inhrelid = t.oid')},
      'partition', t.relispartition,
      'defaultPartition', exists (select from pg_partitioned_table p where p.partdefid = t.oid),
      'triggers', (select coalesce(json_agg(g.tgname order by g.tgname), '[]') from pg_trigger g
        where g.tgrelid = t.oid and not g.tgisinternal and g.tgenabled <> 'D'),
      'reads', ${relations(
        `pg_rewrite w join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
          and d.refclassid = 'pg_class'::regclass join pg_class r on r.oid = d.refobjid`,
        `w.ev_class = t.oid and t.relkind in ('v', 'm') and r.oid <> t.oid`,
      )},
      'definition', case when t.relkind in ('v', 'm') then
        (select case when length(text) <= ${maxDefinition} then text end from pg_get_viewdef(t.oid) text) end,
      'sequences', ${relations(
        `pg_depend d join pg_class r on r.oid = d.objid and r.relkind = 'S'`,
        `d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid
          and d.deptype in ('a', 'i')`,
      )}) as facts
    from taken t
  )
select json_build_object(
  'server', current_setting('server_version_num')::int / 10000,
  'tables', (select json_agg(facts order by nspname, relname) from described),
  'functions', (select json_agg(distinct jsonb_build_object('schema', n.nspname, 'name', p.proname))
    from (select * from pg_proc where oid >= 16384 order by oid limit ${maxNames}) p
      join visible n on n.oid = p.pronamespace),
  'domains', (select json_agg(jsonb_build_object('schema', n.nspname, 'name', y.typname) order by n.nspname, y.typname)
    from (select * from pg_type where typtype = 'd' order by oid limit ${maxNames}) y
      join visible n on n.oid = y.typnamespace
    where y.typnotnull or exists (select from pg_constraint k where k.contypid = y.oid)),
  'truncated', (select count(*) > ${maxTables} from pg_class c join visible n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f'))
) as snapshot`;
