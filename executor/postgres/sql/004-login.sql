-- The executor's own login of this connection (:login) looks things up, fences what may not begin
-- any more, and forgets what is past its time.
grant usage on schema querychange to :login;
grant execute on function querychange.schema_version(), querychange.get_execution(text, text, integer, text),
  querychange.sweep_kept_rows(integer), querychange.fence_execution(text, integer)
to :login;
-- A login that others share runs approved SQL: it may not write intents, also if it once could.
revoke execute on function
  querychange.begin_intent(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval, jsonb),
  querychange.take_intent(text, text, integer, text, text, integer, text, integer, integer, text, text),
  querychange.end_intent(text, text, integer, text, text, integer, jsonb),
  querychange.drop_intent(text, text, integer, text, text, integer)
from :login;
