-- The executor's own login of this connection (:login) looks things up.
grant usage on schema querychange to :login;
grant execute on function querychange.schema_version(), querychange.get_execution(text, text, integer, text) to :login;
