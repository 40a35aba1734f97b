-- The executor's login of a connection with a pool (:login) opens and closes its own logins. It runs no approved SQL, so it
-- may write down what is about to be run outside a transaction.
grant execute on function
  querychange.open_pool_logins(text, text, text[], boolean),
  querychange.seal_pool_logins(text, text[]),
  querychange.pool_logins_of(text, integer),
  querychange.pool_size(text),
  querychange.begin_intent(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval, jsonb),
  querychange.take_intent(text, text, integer, text, text, integer, text, integer, integer, text, text),
  querychange.end_intent(text, text, integer, text, text, integer, jsonb),
  querychange.drop_intent(text, text, integer, text, text, integer)
to :login;
