-- The executor's login of this connection (:login) may see the schema and call the functions, nothing else.
grant usage on schema querychange to :login;
grant execute on all functions in schema querychange to :login;
