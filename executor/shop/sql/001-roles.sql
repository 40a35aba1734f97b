-- Roles of the demo shop. They belong to the server, so every shop database shares them.
-- shop_owner owns the tables and nobody logs in as it; shop_app_rw changes rows; shop_app_ro reads.
do $$
begin
  -- Two databases may be seeded at once.
  perform pg_advisory_xact_lock(hashtext('querychange.shop.roles'));
  if not exists (select from pg_roles where rolname = 'shop_owner') then
    create role shop_owner nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'shop_app_rw') then
    create role shop_app_rw nologin;
  end if;
  if not exists (select from pg_roles where rolname = 'shop_app_ro') then
    create role shop_app_ro nologin;
  end if;
end
$$;
