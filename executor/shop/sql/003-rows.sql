-- Deterministic rows: every value is a hash of its row number, so that every machine has the same shop.
-- :customers and :orders are put in by seed.ts (whole numbers from our own table of sizes).
set local role shop_owner;
set local search_path = shop;

insert into customers (id, name, email, country, tier, created_at)
select
  n,
  (array['Ada', 'Ben', 'Chen', 'Dora', 'Emil', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas'])[1 + h % 10]
    || ' '
    || (array['Abel', 'Brandt', 'Costa', 'Dubois', 'Eriksen', 'Fischer', 'Garcia', 'Hoffmann'])[1 + h / 10 % 8],
  'customer' || n || '@shop.example',
  (array['DE', 'FR', 'GB', 'IT', 'NL', 'PL', 'SE', 'US'])[1 + h / 100 % 8],
  case when h % 20 = 0 then 'gold' when h % 5 = 0 then 'silver' else 'standard' end,
  timestamptz '2022-01-01 00:00:00Z' + interval '1 minute' * (h % 1500000)
from (select n, abs(hashint8(n)::bigint) as h from generate_series(1::bigint, :customers) as n) as rows;

insert into orders (id, customer_id, status, ordered_at)
select
  n,
  1 + h % :customers,
  (array['new', 'paid', 'paid', 'shipped', 'delivered', 'delivered', 'delivered', 'cancelled'])[1 + h / 7 % 8],
  timestamptz '2024-01-01 00:00:00Z' + interval '1 minute' * (h / 3 % 900000)
from (select n, abs(hashint8(n + 1000003)::bigint) as h from generate_series(1::bigint, :orders) as n) as rows;

insert into order_items (order_id, line, sku, quantity, price_cents)
select
  n,
  line,
  'SKU-' || lpad((h % 500)::text, 4, '0'),
  1 + h / 11 % 4,
  199 + h % 500 * 25
from (
  select n, line, abs(hashint8(n * 8 + line)::bigint) as h
  from generate_series(1::bigint, :orders) as n, generate_series(1, 1 + n % 3) as line
) as rows;

update orders
set total_cents = sums.total
from (select order_id, sum(quantity::bigint * price_cents) as total from order_items group by order_id) as sums
where sums.order_id = orders.id;

insert into payments (order_id, method, amount_cents, status, paid_at)
select
  id,
  (array['card', 'card', 'invoice', 'wallet'])[1 + id % 4],
  total_cents,
  case when status = 'new' then 'pending' when status = 'cancelled' then 'refunded' else 'captured' end,
  case when status = 'new' then null else ordered_at + interval '1 hour' end
from orders
order by id;

select setval(pg_get_serial_sequence('customers', 'id'), :customers);
select setval(pg_get_serial_sequence('orders', 'id'), :orders);

create index orders_customer on orders (customer_id);
create index payments_order on payments (order_id);
reset role;
