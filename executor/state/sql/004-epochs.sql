-- Epochs of the receipt chain: a new one is begun by an admin when this database is not what it was.
set local search_path = executor;

alter table chain add column if not exists epoch integer not null default 1;

-- What each epoch after the first one follows: the last place that anybody knew, in this database or outside it.
create table if not exists epochs (
  id text not null,
  epoch integer not null,
  after_seq bigint not null,
  after_head text not null,
  reason text not null,
  at timestamptz not null default now(),
  primary key (id, epoch)
);
