-- Rows as a change found and left them, kept to undo it. Written and read only through the functions below, which check
-- that this transaction is running the execution whose rows they are: approved SQL, which runs as another role, can
-- neither read nor forge them, and what is forged with the login's own rights does not fit its hash. No role is granted
-- anything on the tables.
create table if not exists querychange.before_image (
  installation text not null,
  issue_id text not null,
  revision integer not null,
  -- Null until the change is about to commit; a change that ends otherwise leaves nothing.
  parts integer,
  rows bigint,
  bytes bigint,
  sha256 text,
  keep_hours integer not null check (keep_hours between 1 and 8784),
  kept_until timestamptz not null,
  primary key (installation, issue_id, revision)
);
create index if not exists before_image_kept_until on querychange.before_image (kept_until);
create table if not exists querychange.before_image_part (
  installation text not null,
  issue_id text not null,
  revision integer not null,
  part integer not null,
  content bytea not null,
  primary key (installation, issue_id, revision, part),
  foreign key (installation, issue_id, revision) references querychange.before_image on delete cascade
);
revoke all on querychange.before_image, querychange.before_image_part from public;
grant select, insert, update, delete on querychange.before_image, querychange.before_image_part to querychange_owner;

-- Raises QC004 unless this transaction is running this execution under this login.
create or replace function querychange.check_running(
  p_installation text, p_issue_id text, p_revision integer, p_kind text
) returns void
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform 1 from querychange.ledger
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
    and status = 'running' and transaction_id = pg_current_xact_id() and login = session_user;
  if not found then
    raise exception 'this transaction is not running this execution' using errcode = 'QC004';
  end if;
end
$$;

-- Keeps one part, in order from 0; the rows of one change are the parts put together.
create or replace function querychange.keep_rows(
  p_installation text, p_issue_id text, p_revision integer, p_part integer, p_keep_hours integer, p_content bytea
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform querychange.check_running(p_installation, p_issue_id, p_revision, 'apply');
  insert into querychange.before_image (installation, issue_id, revision, keep_hours, kept_until)
  values (p_installation, p_issue_id, p_revision, p_keep_hours, 'infinity')
  on conflict do nothing;
  insert into querychange.before_image_part values (p_installation, p_issue_id, p_revision, p_part, p_content);
end
$$;

-- Ends the keeping: the parts must be exactly those that the executor has written. Returns until when they are kept.
create or replace function querychange.seal_kept_rows(
  p_installation text, p_issue_id text, p_revision integer, p_parts integer, p_rows bigint, p_bytes bigint,
  p_sha256 text
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  found_parts bigint;
  found_bytes bigint;
  sealed querychange.before_image;
begin
  perform querychange.check_running(p_installation, p_issue_id, p_revision, 'apply');
  select count(*), coalesce(sum(octet_length(content)), 0) into found_parts, found_bytes
  from querychange.before_image_part
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision;
  update querychange.before_image
  set parts = p_parts, rows = p_rows, bytes = p_bytes, sha256 = p_sha256,
    kept_until = clock_timestamp() + make_interval(hours => keep_hours)
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision and sha256 is null
    and found_parts = p_parts and found_bytes = p_bytes
  returning * into sealed;
  if not found then
    raise exception 'the kept rows are not those of this execution' using errcode = 'QC004';
  end if;
  return to_jsonb(sealed.kept_until);
end
$$;

-- For the rollback of the change: what is kept of it, or null when nothing is, or no longer.
create or replace function querychange.kept_rows(p_installation text, p_issue_id text, p_revision integer) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  kept querychange.before_image;
begin
  perform querychange.check_running(p_installation, p_issue_id, p_revision, 'rollback');
  select * into kept from querychange.before_image
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision
    and sha256 is not null and kept_until > clock_timestamp();
  if not found then return null; end if;
  return jsonb_build_object('parts', kept.parts, 'rows', kept.rows, 'bytes', kept.bytes, 'sha256', kept.sha256);
end
$$;

create or replace function querychange.kept_rows_part(
  p_installation text, p_issue_id text, p_revision integer, p_part integer
) returns bytea
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform querychange.check_running(p_installation, p_issue_id, p_revision, 'rollback');
  return (
    select content from querychange.before_image_part
    where installation = p_installation and issue_id = p_issue_id and revision = p_revision and part = p_part
  );
end
$$;

-- A change that is rolled back needs its rows no longer.
create or replace function querychange.forget_kept_rows(
  p_installation text, p_issue_id text, p_revision integer
) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform querychange.check_running(p_installation, p_issue_id, p_revision, 'rollback');
  delete from querychange.before_image
  where installation = p_installation and issue_id = p_issue_id and revision = p_revision;
end
$$;

-- Deletes what is past its time, at most p_limit changes at once; returns how many it was.
create or replace function querychange.sweep_kept_rows(p_limit integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  swept integer;
begin
  delete from querychange.before_image
  where (installation, issue_id, revision) in (
    select installation, issue_id, revision from querychange.before_image
    where kept_until <= clock_timestamp() order by kept_until limit p_limit for update skip locked
  );
  get diagnostics swept = row_count;
  return swept;
end
$$;

alter function querychange.check_running(text, text, integer, text) owner to querychange_owner;
alter function querychange.keep_rows(text, text, integer, integer, integer, bytea) owner to querychange_owner;
alter function querychange.seal_kept_rows(text, text, integer, integer, bigint, bigint, text) owner to querychange_owner;
alter function querychange.kept_rows(text, text, integer) owner to querychange_owner;
alter function querychange.kept_rows_part(text, text, integer, integer) owner to querychange_owner;
alter function querychange.forget_kept_rows(text, text, integer) owner to querychange_owner;
alter function querychange.sweep_kept_rows(integer) owner to querychange_owner;
revoke all on all functions in schema querychange from public;
