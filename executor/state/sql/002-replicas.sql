-- Several executors on one state database share its orders: the inbox is the queue.
set local search_path = executor;

-- Who runs an order. `lease_owner` is a number that a process draws when it starts; an order that waits has none.
alter table executions add column if not exists lease_owner bigint;
-- Orders that only read wait and run in a lane of their own.
alter table executions add column if not exists reads boolean not null default false;
-- Who delivers a receipt: whoever signed it, as long as that process lives.
alter table outbox add column if not exists owner bigint;
-- A lane in its order; and what runs, to be counted and to be taken over.
drop index if exists executions_open;
create index if not exists executions_queued on executions (connection, reads, accepted_at, jti)
  where state = 'queued';
create index if not exists executions_running on executions (connection, reads, lease_owner)
  where state = 'running';

-- Processes, and until when each may be believed to be at work. A live one also holds the session lock `owner`.
create table if not exists replicas (
  owner bigint primary key,
  lease_until timestamptz not null,
  started_at timestamptz not null default now()
);

-- Takes the oldest order of a lane for `p_owner`, unless `p_width` of the lane run already, here or elsewhere. A function,
-- because each of its statements must see what was committed when it begins: the lock makes the claims of a lane line
-- up, and the count after it is exact. Need not be durable: after a crash the ledger beside the change decides.
create or replace function claim(p_owner bigint, p_connection text, p_reads boolean, p_width integer)
  returns table (outcome text, installation text, jti text, attempt integer, stopped boolean)
  language plpgsql
as $$
#variable_conflict use_column
declare
  taken record;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform pg_advisory_xact_lock(7310003, hashtext(p_connection || case when p_reads then ' reads' else '' end));
  if (
    select count(*) from executor.executions
    where state = 'running' and connection = p_connection and reads = p_reads
  ) >= p_width then
    return query select 'full', null::text, null::text, null::integer, null::boolean;
    return;
  end if;
  update executor.executions as e
  set state = 'running', attempt = e.attempt + 1, lease_owner = p_owner
  where (e.installation, e.jti) = (
    select q.installation, q.jti from executor.executions q
    where q.state = 'queued' and q.connection = p_connection and q.reads = p_reads
    order by q.accepted_at, q.jti
    limit 1
    for update skip locked
  )
  returning e.installation, e.jti, e.attempt, e.stop_requested_at is not null as stopped into taken;
  if not found then
    return query select 'empty', null::text, null::text, null::integer, null::boolean;
    return;
  end if;
  return query select
    case when exists (
      select from executor.executions q
      where q.state = 'queued' and q.connection = p_connection and q.reads = p_reads
    ) then 'more' else 'last' end,
    taken.installation, taken.jti, taken.attempt, taken.stopped;
end
$$;

-- Takes over from processes that are gone: their session lock is free, or their lease is over (stopped, cut off). Their
-- orders go back into their lanes; attempts stay counted, so whoever claims one next knows that it may have run. Their
-- undelivered receipts become `p_me`'s, and due.
create or replace function take_over(p_me bigint, out orders integer, out receipts integer)
  language plpgsql
as $$
declare
  gone bigint;
  moved integer;
begin
  orders := 0;
  receipts := 0;
  for gone in
    select distinct coalesce(lease_owner, 0) from executor.executions where state = 'running'
    union
    select distinct coalesce(owner, 0) from executor.outbox where next_at is not null
  loop
    continue when gone = p_me;
    continue when exists (select from executor.replicas where owner = gone and lease_until > clock_timestamp())
      and not pg_try_advisory_xact_lock(gone);
    update executor.executions set state = 'queued', lease_owner = null
    where state = 'running' and coalesce(lease_owner, 0) = gone;
    get diagnostics moved = row_count;
    orders := orders + moved;
    update executor.outbox set owner = p_me, next_at = now()
    where next_at is not null and coalesce(owner, 0) = gone;
    get diagnostics moved = row_count;
    receipts := receipts + moved;
  end loop;
  if orders > 0 then
    insert into executor.audit (event, detail)
    values ('taken-over', jsonb_build_object('by', p_me::text, 'orders', orders));
  end if;
  delete from executor.replicas where lease_until < clock_timestamp() - interval '1 hour';
end
$$;
