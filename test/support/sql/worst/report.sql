WITH late AS (
  UPDATE shop.orders SET status = 'cancelled'
  WHERE ordered_at < now() - interval '90 days' AND lower(status) = 'new'
  RETURNING id, customer_id
)
SELECT c.email, count(*) FROM late l JOIN shop.customers c ON c.id = l.customer_id GROUP BY c.email ORDER BY random();
INSERT INTO shop.payments SELECT * FROM shop.payments;
DELETE FROM shop.order_items WHERE order_id NOT IN (SELECT id FROM shop.orders WHERE customer_id = NULL) OR sku LIKE '%-0001';
UPDATE shop.customers SET email = 'postgres://admin:hunter2@db/shop' WHERE id = 1;
