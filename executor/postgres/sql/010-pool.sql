-- Logins that are there already, for servers where none can be made for an execution. A connection's executor takes them in
-- turn: one session each, one execution at a time. Only what stands in this table can be opened or closed.
do $$
begin
  -- Opens and closes the doors of those logins, through the functions below and no other way. Before PostgreSQL 16 its
  -- CREATEROLE reaches every role that is no superuser, so nobody is a member of it.
  create role querychange_broker nologin createrole;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant usage, create on schema querychange to querychange_broker;

create table if not exists querychange.pool_logins (
  login name primary key,
  -- The executor's own login and the approved role that it is for.
  executor name not null,
  role name not null,
  -- Closed, so that nobody else can come in. An open one is given to somebody else after a while.
  sealed boolean not null default true,
  -- A secret of whoever opened it last: only they may close it behind their session, and bind that to an attempt.
  opening text,
  opened_at timestamptz,
  -- The session in which they did so: when it has ended, nobody is on the way in.
  opener integer,
  -- The attempt that runs in its session, or ran there last: the only one that it may begin.
  jti text,
  attempt integer
) with (fillfactor = 50);
revoke all on querychange.pool_logins from public;
grant select, update on querychange.pool_logins to querychange_broker, querychange_owner;

-- Opens as many logins as there are verifiers, among those that have no session: each gets a new password, and nothing that
-- an earlier change has set for it stays. Returns their names, in the order of the verifiers.
create or replace function querychange.open_pool_logins(p_role text, p_opening text, p_verifiers text[], p_watched boolean)
returns text[]
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  one name;
  setting record;
  given text[] := '{}';
begin
  perform set_config('synchronous_commit', 'off', true);
  for one in
    select p.login from querychange.pool_logins p
    where p.executor = session_user and p.role = p_role
      and (p.sealed or p.opened_at < clock_timestamp() - interval '30 seconds'
        or not exists (select from pg_stat_activity o where o.pid = p.opener and o.usename = p.executor))
      -- Shows until a backend has rolled back and let go of its locks.
      and not exists (select from pg_stat_activity a where a.usename = p.login)
    order by p.opened_at nulls first, p.login
    limit cardinality(p_verifiers)
    for update of p skip locked
  loop
    for setting in
      select split_part(c, '=', 1) as name, d.datname as place
      from pg_db_role_setting s cross join unnest(s.setconfig) c left join pg_database d on d.oid = s.setdatabase
      where s.setrole = (select oid from pg_roles where rolname = one)
    loop
      begin
        if setting.place is null then
          execute format('alter role %I reset %I', one, setting.name);
        else
          execute format('alter role %I in database %I reset %I', one, setting.place, setting.name);
        end if;
      exception when insufficient_privilege then
        -- A superuser's, which it keeps; or its role, which cannot be set in here: its session does that.
        null;
      end;
    end loop;
    if p_watched then
      execute format('alter role %I set client_connection_check_interval = ''1s''', one);
    end if;
    given := given || one::text;
    execute format('alter role %I login connection limit 1 password %L', one, p_verifiers[cardinality(given)]);
    update querychange.pool_logins
    set sealed = false, opening = p_opening, opened_at = clock_timestamp(), opener = pg_backend_pid(), jti = null, attempt = null
    where login = one;
  end loop;
  return given;
end
$$;

-- Closes the doors behind the sessions that have come in. Raises QC006 when somebody else has opened one meanwhile: then what
-- came in must not run anything.
create or replace function querychange.seal_pool_logins(p_opening text, p_logins text[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  one text;
  closed integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  update querychange.pool_logins set sealed = true
  where login = any (p_logins) and executor = session_user and opening = p_opening and not sealed;
  get diagnostics closed = row_count;
  if closed < cardinality(p_logins) then
    raise exception 'this login was opened by somebody else' using errcode = 'QC006';
  end if;
  foreach one in array p_logins loop
    execute format('alter role %I nologin', one);
  end loop;
end
$$;

-- What the session of a pool login does first: from here on it may begin this attempt only (null: none), and a fence finds it
-- by that. Approved SQL does not know how its login was opened, so it cannot change it.
create or replace function querychange.bind_login(p_opening text, p_jti text, p_attempt integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update querychange.pool_logins set jti = p_jti, attempt = p_attempt
  where login = session_user and sealed and opening = p_opening;
  if not found then
    raise exception 'this login was not opened like that' using errcode = 'QC006';
  end if;
end
$$;

-- The logins in which an attempt, or one before it, runs or ran last.
create or replace function querychange.pool_logins_of(p_jti text, p_attempt integer) returns text[]
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(login::text), '{}')
  from querychange.pool_logins where executor = session_user and jti = p_jti and attempt <= p_attempt
$$;

-- How many logins the pool of the calling executor has for a role, and how many of them it cannot end sessions of.
create or replace function querychange.pool_size(p_role text, out logins integer, out foreign_logins integer)
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer, count(*) filter (where not pg_has_role(session_user, login, 'usage'))::integer
  from querychange.pool_logins where executor = session_user and role = p_role
$$;

-- What is left in a session after it was wiped, in words; null: nothing. Also says when code is there whose memory no wiping
-- reaches: of other languages than PostgreSQL's own two, or of extensions that are not known to keep none. `p_first`: looks for
-- functions in C that belong to no extension too; only a superuser can add one.
create or replace function querychange.session_leftovers(p_first boolean) returns text
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when exists (select from pg_prepared_statements) then 'a prepared statement'
    when exists (select from pg_cursors where is_holdable) then 'a cursor'
    when exists (select from pg_listening_channels()) then 'a channel that is listened to'
    when exists (select from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') then 'an advisory lock'
    -- 0 where this session has made nothing temporary: then the catalogues need not be read, which no index helps.
    when pg_my_temp_schema() <> 0 and (
      exists (select from pg_class where relnamespace = pg_my_temp_schema())
      or exists (select from pg_proc where pronamespace = pg_my_temp_schema())
      or exists (select from pg_type where typnamespace = pg_my_temp_schema())) then 'something temporary'
    when exists (select from pg_language where lanname not in ('internal', 'c', 'sql', 'plpgsql'))
      then 'a language with a memory of its own'
    when exists (select from pg_extension where extname not in (
      'plpgsql', 'pgcrypto', 'pg_trgm', 'uuid-ossp', 'citext', 'hstore', 'btree_gin', 'btree_gist', 'intarray', 'ltree',
      'unaccent', 'fuzzystrmatch', 'cube', 'earthdistance', 'tablefunc', 'pg_stat_statements', 'pg_buffercache',
      'pgstattuple', 'amcheck')) then 'an extension that may have a memory of its own'
    when p_first and exists (select from pg_proc p
      where p.oid >= 16384 and p.prolang = (select oid from pg_language where lanname = 'c')
        and not exists (select from pg_depend d
          where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))
      then 'a function in C of no extension'
  end;
end
$$;

alter function querychange.open_pool_logins(text, text, text[], boolean) owner to querychange_broker;
alter function querychange.seal_pool_logins(text, text[]) owner to querychange_broker;
alter function querychange.bind_login(text, text, integer) owner to querychange_owner;
alter function querychange.pool_logins_of(text, integer) owner to querychange_owner;
alter function querychange.pool_size(text) owner to querychange_owner;
alter function querychange.session_leftovers(boolean) owner to querychange_owner;
revoke all on all functions in schema querychange from public;
revoke create on schema querychange from querychange_broker;
