-- One row per applied or rolled back revision, written in the transaction of the change itself: either both are
-- there or neither is. A failed change leaves no row.
create table if not exists querychange.ledger (
  installation text not null,
  issue_id text not null,
  revision integer not null,
  kind text not null check (kind in ('apply', 'rollback')),
  -- The attempt: its id, its number, the order and the content that were approved (SHA-256, hexadecimal).
  jti text not null,
  try integer not null,
  order_digest text not null,
  digest text not null,
  issue_key text not null,
  -- 'running' is only ever seen from inside the transaction that writes it.
  status text not null check (status in ('running', 'succeeded')),
  result jsonb,
  transaction_id xid8 not null,
  login name not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  -- "Exactly once": two tries of one revision can never both commit.
  primary key (installation, issue_id, revision, kind),
  -- One execution per transaction: approved SQL cannot begin another one inside its own. (The start time of the
  -- transaction is part of it because transaction ids start over in a database restored from a dump.)
  unique (transaction_id, started_at)
);
-- Since version 2: the claim of a worker, which with the id names the login.
alter table querychange.ledger add column if not exists attempt integer;
revoke all on querychange.ledger from public;
grant select, insert, update on querychange.ledger to querychange_owner;
