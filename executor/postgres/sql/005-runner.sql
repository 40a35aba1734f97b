-- What an execution needs of the ledger, for those that run it (:runner).
grant usage on schema querychange to :runner;
grant execute on function
  querychange.begin_execution(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval),
  querychange.end_execution(text, text, integer, text, text, jsonb, timestamptz),
  querychange.keep_rows(text, text, integer, integer, integer, bytea),
  querychange.seal_kept_rows(text, text, integer, integer, bigint, bigint, text),
  querychange.kept_rows(text, text, integer),
  querychange.kept_rows_part(text, text, integer, integer),
  querychange.forget_kept_rows(text, text, integer),
  querychange.check_fence(text, integer)
to :runner;
