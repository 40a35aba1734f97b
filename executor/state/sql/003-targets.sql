-- Outcomes that a target has lost, and how it is noticed.
set local search_path = executor;

-- What a target database looked like when its ledger was last compared with our receipts.
create table if not exists target_marks (
  connection text primary key,
  system_identifier text not null,
  database_oid bigint not null,
  timeline bigint not null,
  lsn pg_lsn not null,
  seen_at timestamptz not null default now()
);

-- Receipts that were superseded: links of the chain, and the mark that makes a loss be told once.
create table if not exists superseded (
  installation text not null,
  jti text not null,
  seq bigint not null,
  receipt text not null,
  at timestamptz not null default now(),
  primary key (installation, jti)
);
create index if not exists executions_succeeded on executions (connection, final_at desc, installation, jti)
  where state = 'final' and status = 'succeeded';
