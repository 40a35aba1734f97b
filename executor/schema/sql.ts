import type { NamedThing } from './names';

/** More objects than this are not described. */
export const maxObjects = 1_000;

/**
 * Names from an approved text enter our SQL in base64: there is nothing in it that a quote, a backslash or an encoding
 * could end.
 */
function encoded(names: readonly NamedThing[]): string {
  const rows = names.map(({ kind, schema, name }) => ({ kind, schema, name }));
  return `'${Buffer.from(JSON.stringify(rows)).toString('base64')}'`;
}

/** Names as rows; `source` is an expression of their base64 text. */
const namesAsRows = (
  source: string,
): string => `jsonb_to_recordset(convert_from(decode(${source}, 'base64'), 'UTF8')::jsonb)
    as n(kind text, schema name, name name)`;

/** Where each name leads, by the approved search_path that was kept before ours was set. */
const foundSql = `found as materialized (
    select 'pg_class'::regclass::oid as class, one.oid
    from named n cross join lateral (
      select c.oid from pg_class c
        join pg_namespace s on s.oid = c.relnamespace
        left join path p on p.name = s.nspname
      where c.relname = n.name and case when n.schema is null then p.ord is not null else s.nspname = n.schema end
      order by p.ord limit 1) one
    where n.kind = 'relation'
    union all
    select 'pg_proc'::regclass, f.oid
    from named n join pg_proc f on f.proname = n.name
      join pg_namespace s on s.oid = f.pronamespace
    where n.kind = 'function' and f.oid >= 16384
      and case when n.schema is null then s.nspname in (select name from path) else s.nspname = n.schema end
    union all
    select 'pg_type'::regclass, one.oid
    from named n cross join lateral (
      select t.oid from pg_type t
        join pg_namespace s on s.oid = t.typnamespace
        left join path p on p.name = s.nspname
      where t.typname = n.name and case when n.schema is null then p.ord is not null else s.nspname = n.schema end
      order by p.ord limit 1) one
    where n.kind = 'type'
    union all
    select 'pg_namespace'::regclass, s.oid
    from named n join pg_namespace s on s.nspname = n.name
    where n.kind = 'schema'
  )`;

/**
 * From what is named to what it leads to: children and partitions, tables that a cascade reaches, what views, rules,
 * defaults, checks, triggers, policies, indexes and SQL bodies refer to, and types of columns.
 */
const touchedSql = `touched(class, oid) as (
    select class, oid from found
    union
    select e.class, e.oid from touched t cross join lateral (
      select 'pg_class'::regclass::oid as class, i.inhrelid as oid
        from pg_inherits i where t.class = 'pg_class'::regclass and i.inhparent = t.oid
      union all
      select 'pg_class'::regclass, x.indrelid
        from pg_index x where t.class = 'pg_class'::regclass and x.indexrelid = t.oid
      union all
      select 'pg_class'::regclass, k.conrelid
        from pg_constraint k where t.class = 'pg_class'::regclass and k.confrelid = t.oid and k.contype = 'f'
          and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))
      union all
      select d.refclassid, d.refobjid
        from (
          select 'pg_rewrite'::regclass::oid as class, r.oid from pg_rewrite r where r.ev_class = t.oid
          union all select 'pg_attrdef'::regclass, a.oid from pg_attrdef a where a.adrelid = t.oid
          union all select 'pg_constraint'::regclass, k.oid from pg_constraint k where k.conrelid = t.oid and k.contype <> 'f'
          union all select 'pg_trigger'::regclass, g.oid from pg_trigger g where g.tgrelid = t.oid and not g.tgisinternal
          union all select 'pg_policy'::regclass, y.oid from pg_policy y where y.polrelid = t.oid
          union all select 'pg_class'::regclass, x.indexrelid from pg_index x where x.indrelid = t.oid
        ) part join pg_depend d on d.classid = part.class and d.objid = part.oid
        where t.class = 'pg_class'::regclass and (
          d.refclassid in ('pg_proc'::regclass, 'pg_type'::regclass) or d.refclassid = 'pg_class'::regclass
            and exists (select from pg_class c where c.oid = d.refobjid and c.relkind not in ('i', 'I')))
      union all
      select d.refclassid, d.refobjid from pg_depend d
        where t.class = 'pg_proc'::regclass and d.classid = 'pg_proc'::regclass and d.objid = t.oid
          and d.refclassid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
      union all
      select 'pg_type'::regclass, y.oid from pg_attribute a join pg_type y on y.oid = a.atttypid
        where t.class = 'pg_class'::regclass and a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
      union all
      select 'pg_type'::regclass, inner_type.oid
        from pg_type y join pg_type inner_type on inner_type.oid in (y.typelem, y.typbasetype)
        where t.class = 'pg_type'::regclass and y.oid = t.oid
      union all
      select 'pg_class'::regclass, c.oid from pg_type y join pg_class c on c.oid = y.typrelid
        where t.class = 'pg_type'::regclass and y.oid = t.oid and c.relkind = 'c'
    ) e
    where e.oid >= 16384
  ),
  bounded as materialized (select class, oid from touched limit ${maxObjects + 1})`;

const relationSql = `select 'relation' as kind, format('%I.%I', s.nspname, c.relname) as name, jsonb_build_object(
      'kind', c.relkind, 'persistence', c.relpersistence, 'owner', pg_get_userbyid(c.relowner),
      'rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity,
      'options', case when c.relkind = 'v' then to_jsonb(c.reloptions) end,
      'partitionKey', pg_get_partkeydef(c.oid), 'partitionBound', pg_get_expr(c.relpartbound, c.oid),
      'parents', (select jsonb_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i
        where i.inhrelid = c.oid and c.relkind not in ('i', 'I')),
      'columns', (select jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
          pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity, a.attcollation::regcollation::text)
          order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
      'constraints', (select jsonb_agg(jsonb_build_array(k.conname, pg_get_constraintdef(k.oid), k.convalidated)
          order by k.conname) from pg_constraint k where k.conrelid = c.oid),
      'referencedBy', (select jsonb_agg(jsonb_build_array(k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid))
          order by k.conrelid::regclass::text collate "C", k.conname)
        from pg_constraint k where k.confrelid = c.oid and k.contype = 'f'),
      'indexes', (select jsonb_agg(jsonb_build_array(pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisprimary)
          order by pg_get_indexdef(x.indexrelid) collate "C") from pg_index x where x.indrelid = c.oid),
      'triggers', (select jsonb_agg(jsonb_build_array(pg_get_triggerdef(g.oid), g.tgenabled) order by g.tgname)
        from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal),
      'query', case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
      'rules', (select jsonb_agg(jsonb_build_array(pg_get_ruledef(r.oid), r.ev_enabled) order by r.rulename)
        from pg_rewrite r where r.ev_class = c.oid and r.rulename <> '_RETURN'),
      'policies', (select jsonb_agg(jsonb_build_array(y.polname, y.polcmd, y.polpermissive,
          (select jsonb_agg(case when role = 0 then 'public' else pg_get_userbyid(role)::text end
            order by pg_get_userbyid(role)) from unnest(y.polroles) role),
          pg_get_expr(y.polqual, y.polrelid), pg_get_expr(y.polwithcheck, y.polrelid)) order by y.polname)
        from pg_policy y where y.polrelid = c.oid),
      'sequence', (select jsonb_build_array(format_type(q.seqtypid, null), q.seqstart::text, q.seqincrement::text,
          q.seqmax::text, q.seqmin::text, q.seqcache::text, q.seqcycle) from pg_sequence q where q.seqrelid = c.oid),
      'definition', case when c.relkind in ('i', 'I') then pg_get_indexdef(c.oid) end) as facts
    from bounded t join pg_class c on t.class = 'pg_class'::regclass and c.oid = t.oid
      join pg_namespace s on s.oid = c.relnamespace`;

/** A body may be long, so its hash stands for it. */
const functionSql = `select 'function', f.oid::regprocedure::text, jsonb_build_object(
      'owner', pg_get_userbyid(f.proowner), 'kind', f.prokind, 'result', pg_get_function_result(f.oid),
      'definition', encode(sha256(convert_to(case when f.prokind <> 'a' then pg_get_functiondef(f.oid) else
        (select format('%s %s %s %s', g.aggtransfn::regprocedure, g.aggfinalfn::regprocedure,
          format_type(g.aggtranstype, null), g.agginitval) from pg_aggregate g where g.aggfnoid = f.oid) end, 'UTF8')), 'hex'))
    from bounded t join pg_proc f on t.class = 'pg_proc'::regclass and f.oid = t.oid`;

const typeSql = `select 'type', format_type(y.oid, null), jsonb_build_object(
      'kind', y.typtype, 'owner', pg_get_userbyid(y.typowner),
      'labels', (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = y.oid),
      'base', case when y.typtype = 'd' then format_type(y.typbasetype, y.typtypmod) end,
      'notNull', y.typnotnull, 'default', y.typdefault,
      'constraints', (select jsonb_agg(jsonb_build_array(k.conname, pg_get_constraintdef(k.oid)) order by k.conname)
        from pg_constraint k where k.contypid = y.oid),
      'range', (select format_type(r.rngsubtype, null) from pg_range r where r.rngtypid = y.oid))
    from bounded t join pg_type y on t.class = 'pg_type'::regclass and y.oid = t.oid
    where y.typtype <> 'c'`;

/** Describes everything that the names lead to; `source` is an expression of their base64 text. */
const describing = (
  source: string,
): string => `with recursive named as materialized (select * from ${namesAsRows(source)}),
    path as materialized (
      select p.name, p.ord from unnest(current_setting('querychange.path')::name[]) with ordinality p(name, ord)),
    ${foundSql},
    ${touchedSql}
    select 'count' as kind, count(*)::text as name, null::jsonb as facts from bounded
    union all ${relationSql}
    union all ${functionSql}
    union all ${typeSql}
    union all select 'schema', format('%I', s.nspname), jsonb_build_object('owner', pg_get_userbyid(s.nspowner))
      from bounded t join pg_namespace s on t.class = 'pg_namespace'::regclass and s.oid = t.oid`;

/** Keeps the search_path that names are found by, and sets ours. Compiling our query would take longer than running it. */
const ownPath: readonly string[] = [
  `select pg_catalog.set_config('querychange.path', pg_catalog.current_schemas(true)::pg_catalog.text, true)`,
  'set local search_path = pg_catalog',
  'set local jit = off',
];

/**
 * One message that describes everything the names lead to, and leaves nothing behind: neither a setting nor a lock. Views
 * are read under the lock that a SELECT from them takes; it goes with the savepoint. The session has the approved role
 * and search_path.
 */
export function describeSql(names: readonly NamedThing[]): readonly string[] {
  return [
    'savepoint querychange_schema',
    ...ownPath,
    describing(encoded(names)),
    'rollback to savepoint querychange_schema',
    'release savepoint querychange_schema',
  ];
}

/** Prepares the description in a session that stays: planning it takes far longer than running it. */
export const prepareDescriptionSql = `prepare querychange_structure(text) as ${describing('$1')}`;

/** The same as {@link describeSql}, in a transaction that is rolled back, where {@link prepareDescriptionSql} was sent. */
export function describePreparedSql(names: readonly NamedThing[]): readonly string[] {
  return [
    ...ownPath,
    'set local plan_cache_mode = force_generic_plan',
    `execute querychange_structure(${encoded(names)})`,
  ];
}
