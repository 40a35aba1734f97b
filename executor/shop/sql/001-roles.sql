-- Roles of the demo shop. They belong to the server, so every shop database shares them.
-- shop_owner owns the tables and nobody logs in as it; shop_app_rw changes rows; shop_app_ro reads.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['shop_owner', 'shop_app_rw', 'shop_app_ro'] loop
    begin
      execute format('create role %I nologin', wanted);
    exception
      -- There already, or being made just now by the seed of another database.
      when duplicate_object or unique_violation then null;
    end;
  end loop;
end
$$;
