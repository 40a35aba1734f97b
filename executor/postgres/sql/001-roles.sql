-- Owner of the ledger. Nobody logs in as it and nobody is a member of it, so that only the functions below,
-- which run with its rights, can touch the ledger.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'querychange_owner') then
    create role querychange_owner nologin noinherit;
  end if;
end
$$;

create schema if not exists querychange;
revoke all on schema querychange from public;
grant usage on schema querychange to querychange_owner;
