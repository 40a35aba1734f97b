-- The executor's own login of this connection (:login) looks things up, and forgets what is past its time.
grant usage on schema querychange to :login;
grant execute on function querychange.schema_version(), querychange.get_execution(text, text, integer, text),
  querychange.sweep_kept_rows(integer)
to :login;
