-- What an execution needs of the ledger, for those that run it (:runner).
grant usage on schema querychange to :runner;
grant execute on function
  querychange.begin_execution(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval),
  querychange.end_execution(text, text, integer, text, text, jsonb, timestamptz)
to :runner;
