-- What PostgreSQL does not run inside a transaction cannot have its ledger row in the same one. Its place in the ledger is
-- taken before, with what was there (status 'intent'), and the row is ended after, when the database shows that it is done.
-- Only the login that looks may do this (sql/007-per-execution.sql): approved SQL never has that login.
alter table querychange.ledger add column if not exists intent jsonb;
alter table querychange.ledger drop constraint if exists ledger_status_check;
alter table querychange.ledger add constraint ledger_status_check check (status in ('intent', 'running', 'succeeded'));
grant delete on querychange.ledger to querychange_owner;

-- Raises QC004 for the login of an execution.
create or replace function querychange.check_intender() returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if session_user ~ '^qc_[xp]_' then
    raise exception 'an execution does not write intents' using errcode = 'QC004';
  end if;
end
$$;

-- Takes the place of a change, or returns the row that is already there.
create or replace function querychange.begin_intent(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_jti text, p_try integer,
  p_attempt integer, p_order_digest text, p_digest text, p_issue_key text, p_start_by timestamptz,
  p_rollback_window interval, p_intent jsonb
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  present querychange.ledger;
begin
  perform querychange.check_intender();
  if p_jti <> querychange.execution_id(p_installation, p_issue_id, p_revision, p_kind, p_try) then
    raise exception 'this is not the id of this execution' using errcode = 'QC004';
  end if;

  insert into querychange.ledger (
    installation, issue_id, revision, kind, jti, try, attempt, order_digest, digest, issue_key, status, transaction_id, login,
    started_at, intent
  )
  values (
    p_installation, p_issue_id, p_revision, p_kind, p_jti, p_try, p_attempt, p_order_digest, p_digest, p_issue_key, 'intent',
    pg_current_xact_id(), session_user, transaction_timestamp(), p_intent
  )
  on conflict (installation, issue_id, revision, kind) do nothing;

  if not found then
    select * into strict present
    from querychange.ledger
    where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind;
    return jsonb_build_object('begun', false, 'row', to_jsonb(present));
  end if;

  if clock_timestamp() > p_start_by then
    raise exception 'past the latest start' using errcode = 'QC001';
  end if;
  if p_kind = 'rollback' then
    perform querychange.check_applied(p_installation, p_issue_id, p_revision, p_digest, p_rollback_window);
  end if;
  perform querychange.check_fence(p_jti, p_attempt);
  return jsonb_build_object('begun', true, 'pid', pg_backend_pid());
end
$$;

-- Gives an intent to another attempt, which has fenced the one that wrote it. 'taken', or 'revoked' when the order was revoked
-- meanwhile: then it may be cleaned up and not be run again. Null: it is not there any more.
create or replace function querychange.take_intent(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_from_jti text, p_from_attempt integer,
  p_jti text, p_try integer, p_attempt integer, p_order_digest text, p_digest text
) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  fence querychange.fences;
begin
  perform querychange.check_intender();
  if p_jti <> querychange.execution_id(p_installation, p_issue_id, p_revision, p_kind, p_try) then
    raise exception 'this is not the id of this execution' using errcode = 'QC004';
  end if;
  update querychange.ledger
  set jti = p_jti, try = p_try, attempt = p_attempt, order_digest = p_order_digest
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
    and status = 'intent' and jti = p_from_jti and attempt = p_from_attempt and digest = p_digest;
  if not found then
    return null;
  end if;
  select * into fence from querychange.fences where jti = p_jti;
  if fence.attempt > p_attempt then
    raise exception 'a later attempt has been begun' using errcode = 'QC010';
  end if;
  return case when fence.jti is not null and fence.attempt is null then 'revoked' else 'taken' end;
end
$$;

-- The statement is done: the database shows it. Raises QC010 when the intent is not this attempt's any more.
create or replace function querychange.end_intent(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_jti text, p_attempt integer, p_result jsonb
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  ended querychange.ledger;
begin
  perform querychange.check_intender();
  update querychange.ledger
  set status = 'succeeded', result = p_result, finished_at = clock_timestamp()
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
    and status = 'intent' and jti = p_jti and attempt = p_attempt
  returning * into ended;
  if not found then
    raise exception 'this intent is not of this attempt' using errcode = 'QC010';
  end if;
  return to_jsonb(ended);
end
$$;

-- The statement left nothing behind. Raises QC010 when the intent is not this attempt's any more.
create or replace function querychange.drop_intent(
  p_installation text, p_issue_id text, p_revision integer, p_kind text, p_jti text, p_attempt integer
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform querychange.check_intender();
  delete from querychange.ledger
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
    and status = 'intent' and jti = p_jti and attempt = p_attempt;
  if not found then
    raise exception 'this intent is not of this attempt' using errcode = 'QC010';
  end if;
end
$$;

alter function querychange.check_intender() owner to querychange_owner;
alter function querychange.begin_intent(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval, jsonb)
  owner to querychange_owner;
alter function querychange.take_intent(text, text, integer, text, text, integer, text, integer, integer, text, text)
  owner to querychange_owner;
alter function querychange.end_intent(text, text, integer, text, text, integer, jsonb) owner to querychange_owner;
alter function querychange.drop_intent(text, text, integer, text, text, integer) owner to querychange_owner;
revoke all on all functions in schema querychange from public;
