-- The login of an execution is a member of querychange_executor; :login may make it one, and is none itself.
grant querychange_executor to :login with admin option, inherit false, set false;
do $$
begin
  execute format('grant connect on database %I to querychange_executor', current_database());
end
$$;
