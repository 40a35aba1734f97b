-- The login of an execution is a member of querychange_executor; :login may make it one, and is none itself.
grant querychange_executor to :login with admin option, inherit false, set false;
do $$
begin
  execute format('grant connect on database %I to querychange_executor', current_database());
end
$$;
-- It never runs approved SQL, so it may write down what is about to be run outside a transaction.
grant execute on function
  querychange.begin_intent(text, text, integer, text, text, integer, integer, text, text, text, timestamptz, interval, jsonb),
  querychange.take_intent(text, text, integer, text, text, integer, text, integer, integer, text, text),
  querychange.end_intent(text, text, integer, text, text, integer, jsonb),
  querychange.drop_intent(text, text, integer, text, text, integer)
to :login;
