ALTER TABLE shop.orders
  ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES shop.customers (id),
  ALTER COLUMN status SET NOT NULL,
  ALTER COLUMN total_cents TYPE numeric(12, 2) USING total_cents / 100.0;
ALTER TABLE shop.customers RENAME COLUMN email TO mail;
CREATE UNIQUE INDEX customers_mail ON shop.customers (lower(mail));
UPDATE shop.orders o SET status = c.tier FROM shop.customers c WHERE o.ordered_at >= '2024-01-01';
VACUUM FULL shop.orders;
