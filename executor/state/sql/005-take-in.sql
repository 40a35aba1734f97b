-- Takes an order in, durably, and moves the witnessed ledger head forward. One message for what every order needs:
-- the id of its request is used up with it, and where its lane is free it begins at once in the name of `p_owner`.
set local search_path = executor;

-- `p_request` null: the id of the request was used up before. `p_owner` null: it waits in its lane, whatever is there.
-- `p_once`: not when one of its revision and kind has succeeded. Answers:
--   replayed  the request was answered before; nothing is stored
--   done      one has succeeded, of this id or of another
--   behind    its ledger head is older than, or not the same as, one that was seen before
--   present   its id is known already (another delivery or a tombstone was faster)
--   queued    it waits in its lane
--   taken     it runs, as the first claim of `p_owner`
create or replace function take_in(
  p_installation text, p_jti text, p_connection text, p_issue_id text, p_issue_key text, p_revision integer, p_kind text,
  p_order_digest text, p_token text, p_seq bigint, p_hash text, p_reads boolean, p_once boolean,
  p_request text, p_request_expires timestamptz, p_owner bigint, p_width integer
) returns text
  language plpgsql
as $$
declare
  taken boolean := false;
begin
  if p_request is not null then
    insert into executor.requests (installation, jti, expires_at)
    values (p_installation, p_request, p_request_expires)
    on conflict do nothing;
    if not found then
      return 'replayed';
    end if;
  end if;
  if p_once and exists (
    select from executor.executions
    where installation = p_installation and issue_id = p_issue_id and revision = p_revision and kind = p_kind
      and state = 'final' and status = 'succeeded'
  ) then
    return 'done';
  end if;
  insert into executor.ledger_heads as heads (installation, issue_id, seq, hash)
  values (p_installation, p_issue_id, p_seq, p_hash)
  on conflict (installation, issue_id) do update set seq = excluded.seq, hash = excluded.hash
  where heads.seq < excluded.seq or (heads.seq = excluded.seq and heads.hash = excluded.hash);
  if not found then
    return 'behind';
  end if;
  -- The lock of `executor.claim`, but nobody waits for it here: whoever holds it is about to look into the lane.
  taken := p_owner is not null
    and pg_try_advisory_xact_lock(7310003, hashtext(p_connection || case when p_reads then ' reads' else '' end))
    and not exists (
      select from executor.executions
      where state = 'queued' and connection = p_connection and reads = p_reads
    )
    and (
      select count(*) from executor.executions
      where state = 'running' and connection = p_connection and reads = p_reads
    ) < p_width;
  insert into executor.executions
    (installation, jti, state, connection, issue_id, issue_key, revision, kind, order_digest, token, reads, attempt,
      lease_owner)
  values (p_installation, p_jti, case when taken then 'running' else 'queued' end, p_connection, p_issue_id,
    p_issue_key, p_revision, p_kind, p_order_digest, p_token, p_reads, case when taken then 1 else 0 end,
    case when taken then p_owner end)
  on conflict (installation, jti) do nothing;
  if not found then
    return 'present';
  end if;
  insert into executor.audit (event, installation, jti, detail)
  values ('order-accepted', p_installation, p_jti,
    jsonb_build_object('issue', p_issue_key, 'connection', p_connection, 'kind', p_kind));
  return case when taken then 'taken' else 'queued' end;
end
$$;
