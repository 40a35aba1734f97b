-- Which attempts of an order may still begin. Written when another process takes an order over, and when one is revoked;
-- it is in the target, so that it outlives the executor and its own database, and counts whoever comes late.
create table if not exists querychange.fences (
  jti text primary key,
  -- The first attempt that may begin; null: none may, the order was revoked.
  attempt integer,
  at timestamptz not null default clock_timestamp()
);
revoke all on querychange.fences from public;
grant select, insert, update on querychange.fences to querychange_owner;

-- From now on only `p_attempt` and later ones may begin (null: none ever). What has begun is not touched: it holds its
-- place in the ledger, where whoever comes next waits for it. Never called by an execution: approved SQL, which can
-- become its login, could keep other changes from running.
create or replace function querychange.fence_execution(p_jti text, p_attempt integer) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from querychange.ledger where transaction_id = pg_current_xact_id_if_assigned()) then
    raise exception 'an execution fences nothing' using errcode = 'QC004';
  end if;
  insert into querychange.fences as f (jti, attempt) values (p_jti, p_attempt)
  on conflict (jti) do update
  set attempt = case
      when f.attempt is null or excluded.attempt is null then null
      else greatest(f.attempt, excluded.attempt)
    end,
    at = clock_timestamp();
end
$$;

-- Raises QC010 when a later attempt was begun by another process, QC011 when the order was revoked. Asked after the place
-- in the ledger is taken: a fence that comes after the look meets that place.
create or replace function querychange.check_fence(p_jti text, p_attempt integer) returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  fence querychange.fences;
begin
  select * into fence from querychange.fences where jti = p_jti;
  if not found then
    return;
  end if;
  if fence.attempt is null then
    raise exception 'this order was revoked' using errcode = 'QC011';
  end if;
  if fence.attempt > p_attempt then
    raise exception 'a later attempt has been begun' using errcode = 'QC010';
  end if;
end
$$;

alter function querychange.fence_execution(text, integer) owner to querychange_owner;
alter function querychange.check_fence(text, integer) owner to querychange_owner;
revoke all on function querychange.fence_execution(text, integer), querychange.check_fence(text, integer) from public;
