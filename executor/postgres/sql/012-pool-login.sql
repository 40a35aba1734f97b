-- One login of the pool (:runner), of the executor's login (:login), for one approved role (:role).
do $$
begin
  create role :runner nologin noinherit connection limit 1;
exception
  when duplicate_object or unique_violation then null;
end
$$;
grant :role to :runner;
grant :runner to querychange_broker with admin option;
do $$
begin
  -- To cancel and end its sessions. What the login may become is not inherited through it.
  if current_setting('server_version_num')::int >= 160000 then
    execute format('grant %I to %I with inherit true, set false', :'runner', :'login');
  else
    execute format('grant %I to %I', :'runner', :'login');
  end if;
  if not has_database_privilege('public', current_database(), 'connect') then
    execute format('grant connect on database %I to %I', current_database(), :'runner');
  end if;
end
$$;
grant execute on function querychange.bind_login(text, text, integer), querychange.session_leftovers(boolean) to :runner;
insert into querychange.pool_logins (login, executor, role) values (:'runner', :'login', :'role') on conflict do nothing;
