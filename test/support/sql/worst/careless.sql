-- Friday evening, one text for everything.
UPDATE shop.orders SET status = 'cancelled';
DELETE FROM shop.payments WHERE 1 = 1;
ALTER TABLE shop.orders ALTER COLUMN id TYPE text;
ALTER TABLE shop.orders ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();
CREATE INDEX ON shop.order_items (sku);
DROP TABLE shop.customers CASCADE;
GRANT ALL ON shop.payments TO PUBLIC;
DO $$ begin execute 'truncate shop.' || 'orders cascade'; end $$;
