-- The executor's own login of this connection (:login) looks things up, fences what may not begin
-- any more, and forgets what is past its time.
grant usage on schema querychange to :login;
grant execute on function querychange.schema_version(), querychange.get_execution(text, text, integer, text),
  querychange.sweep_kept_rows(integer), querychange.fence_execution(text, integer)
to :login;
