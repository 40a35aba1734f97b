-- The only way to the ledger. SECURITY DEFINER with a pinned search_path; executable by the executor's logins only.
-- Error codes: QC001 late, QC002 nothing to roll back, QC003 too late to roll back, QC004 not this execution, QC005
-- something depends on the login.

create or replace function querychange.schema_version() returns integer
  language sql immutable parallel safe
  return 4;

-- Version 1 did not know the attempt.
drop function if exists querychange.begin_execution(
  text, text, integer, text, text, integer, text, text, text, timestamptz, interval
);

-- The id of a try: the hash that the order carries (RFC 8785 JSON, whose strings are written as PostgreSQL's are).
create or replace function querychange.execution_id(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_try integer
) returns text
  language sql immutable parallel safe
  return encode(sha256(convert_to(
    '{"installation":' || to_json(p_installation) || ',"issueId":' || to_json(p_issue_id) ||
    ',"kind":' || to_json(p_kind) || ',"revision":' || p_revision || ',"try":' || p_try || '}', 'UTF8')), 'hex');

-- The login that is made for an attempt, and may begin nothing else.
create or replace function querychange.execution_login(p_jti text, p_attempt integer) returns text
  language sql immutable parallel safe
  return 'qc_x_' || left(encode(sha256(convert_to(p_jti || '.' || p_attempt, 'UTF8')), 'hex'), 24);

-- Raises QC002 unless this content of the revision is applied here, QC003 when that is too long ago to be rolled back.
create or replace function querychange.check_applied(
  p_installation text, p_issue_id text, p_revision integer, p_digest text, p_rollback_window interval
) returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  applied querychange.ledger;
begin
  select * into applied
  from querychange.ledger
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = 'apply'
    and status = 'succeeded' and digest = p_digest;
  if not found then
    raise exception 'this revision is not applied here' using errcode = 'QC002';
  end if;
  if clock_timestamp() > applied.finished_at + p_rollback_window then
    raise exception 'past the rollback window' using errcode = 'QC003';
  end if;
end
$$;

-- Takes the place of a change in the ledger, or returns the row that is already there. Waits for a transaction that
-- is just now executing the same change, so the answer is never a guess.
create or replace function querychange.begin_execution(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_jti text, p_try integer,
  p_attempt integer, p_order_digest text, p_digest text, p_issue_key text, p_start_by timestamptz, p_rollback_window interval
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  present querychange.ledger;
begin
  -- Approved SQL is its login at most: it must not take the place of another change.
  if p_jti <> querychange.execution_id(p_installation, p_issue_id, p_revision, p_kind, p_try)
    or (starts_with(session_user, 'qc_x_') and session_user <> querychange.execution_login(p_jti, p_attempt))
  then
    raise exception 'this login may not begin this execution' using errcode = 'QC004';
  end if;
  -- A statement of its own: the table is there only where there is a pool.
  if starts_with(session_user, 'qc_p_') then
    perform from querychange.pool_logins where login = session_user and jti = p_jti and attempt = p_attempt;
    if not found then
      raise exception 'this session is not bound to this execution' using errcode = 'QC004';
    end if;
  end if;

  insert into querychange.ledger (
    installation, issue_id, revision, kind, jti, try, attempt, order_digest, digest, issue_key, status, transaction_id, login,
    started_at
  )
  values (
    p_installation, p_issue_id, p_revision, p_kind, p_jti, p_try, p_attempt, p_order_digest, p_digest, p_issue_key, 'running',
    pg_current_xact_id(), session_user, transaction_timestamp()
  )
  on conflict (installation, issue_id, revision, kind) do nothing;

  if not found then
    select * into strict present
    from querychange.ledger
    where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind;
    return jsonb_build_object('begun', false, 'row', to_jsonb(present));
  end if;

  -- The insert may have waited for a lock.
  if clock_timestamp() > p_start_by then
    raise exception 'past the latest start' using errcode = 'QC001';
  end if;

  if p_kind = 'rollback' then
    perform querychange.check_applied(p_installation, p_issue_id, p_revision, p_digest, p_rollback_window);
  end if;

  return jsonb_build_object('begun', true, 'pid', pg_backend_pid());
end
$$;

-- Finishes the execution that this transaction began. A second call, a call for another execution and a call from
-- another login fail, and with them the whole change: a forged end cannot stay unnoticed.
create or replace function querychange.end_execution(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_jti text, p_result jsonb,
  p_end_by timestamptz
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  ended querychange.ledger;
begin
  if clock_timestamp() > p_end_by then
    raise exception 'past the latest end' using errcode = 'QC001';
  end if;

  -- The login of an execution is dropped after it, or serves another one: it may own nothing and nothing may be granted to it
  -- but what was when it was made, which no approved SQL can grant.
  if session_user ~ '^qc_[xp]_' and exists (
    select from pg_shdepend d
    where d.refclassid = 'pg_authid'::regclass and d.refobjid = session_user::text::regrole
      and (starts_with(session_user, 'qc_x_') or d.deptype <> 'a' or not (
        (d.classid = 'pg_proc'::regclass and d.objid in (select oid from pg_proc where pronamespace = 'querychange'::regnamespace))
        or (d.classid = 'pg_namespace'::regclass and d.objid = 'querychange'::regnamespace)
        or (d.classid = 'pg_database'::regclass and not has_database_privilege(session_user, d.objid, 'create'))))
  ) then
    raise exception 'something depends on the login of this execution' using errcode = 'QC005';
  end if;

  update querychange.ledger
  set status = 'succeeded', result = p_result, finished_at = clock_timestamp()
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
    and jti = p_jti and status = 'running' and transaction_id = pg_current_xact_id() and login = session_user
  returning * into ended;
  if not found then
    raise exception 'this transaction is not running this execution' using errcode = 'QC004';
  end if;
  return to_jsonb(ended);
end
$$;

create or replace function querychange.get_execution(
  p_installation text, p_issue_id text, p_revision integer, p_kind text
) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(ledger)
  from querychange.ledger
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
$$;

alter function querychange.begin_execution(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval)
  owner to querychange_owner;
alter function querychange.end_execution(text, text, integer, text, text, jsonb, timestamptz)
  owner to querychange_owner;
alter function querychange.get_execution(text, text, integer, text)
  owner to querychange_owner;

alter function querychange.check_applied(text, text, integer, text, interval) owner to querychange_owner;
alter function querychange.execution_id(text, text, integer, text, integer) owner to querychange_owner;
alter function querychange.execution_login(text, integer) owner to querychange_owner;

revoke all on all functions in schema querychange from public;
