-- Owner of the ledger. Nobody logs in as it and nobody is a member of it, so that only the functions below,
-- which run with its rights, can touch the ledger.
do $$
begin
  create role querychange_owner nologin noinherit;
exception
  -- There already, or being made just now for another database of this server.
  when duplicate_object or unique_violation then null;
end
$$;

-- What runs an execution is a member of this group for as long as it runs, and may call what an execution needs.
do $$
begin
  create role querychange_executor nologin noinherit;
exception
  when duplicate_object or unique_violation then null;
end
$$;

create schema if not exists querychange;
revoke all on schema querychange from public;
-- CREATE only until the functions have been given to it: whoever is no superuser cannot give them without.
grant usage, create on schema querychange to querychange_owner;
