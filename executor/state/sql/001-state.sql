-- The executor's own database: what it was told, what it did, and what it still has to report. It proves nothing about
-- a change (the ledger beside the change does that); it makes the executor restart-safe.
create schema if not exists executor;
set local search_path = executor;

-- Inbox. A tombstone is a row too, so that a revocation and a late order meet on the primary key.
create table if not exists executions (
  installation text not null,
  jti text not null,
  state text not null check (state in ('tombstone', 'queued', 'running', 'final')),
  connection text not null,
  issue_id text,
  issue_key text,
  revision integer,
  kind text,
  order_digest text,
  -- The compact order, so that a restart needs nobody else.
  token text,
  attempt integer not null default 0,
  -- Rows that a committed change returned, kept before COMMIT so that a crash right after it does not lose them.
  pending_result text,
  status text,
  receipt text,
  result text,
  accepted_at timestamptz not null default now(),
  final_at timestamptz,
  primary key (installation, jti)
);
create index if not exists executions_open on executions (accepted_at) where state in ('queued', 'running');
create index if not exists executions_change on executions (installation, issue_id, revision, kind)
  where state = 'final';

-- Receipts on their way to the app.
create table if not exists outbox (
  id bigint generated always as identity primary key,
  installation text not null,
  jti text not null,
  -- Posts so far, and when the next one is due; null when delivered or given up.
  posts integer not null default 0,
  next_at timestamptz default now(),
  delivered_at timestamptz,
  last_problem text
);
create index if not exists outbox_due on outbox (next_at) where next_at is not null;

-- Head of the receipt chain; the row lock makes the chain a line.
create table if not exists chain (
  id text primary key,
  seq bigint not null,
  head text not null
);

-- The newest ledger head of each change that an order has shown us: a later order may not go back behind it.
create table if not exists ledger_heads (
  installation text not null,
  issue_id text not null,
  seq bigint not null,
  hash text not null,
  primary key (installation, issue_id)
);

-- Ids of requests seen, until they expire.
create table if not exists requests (
  installation text not null,
  jti text not null,
  expires_at timestamptz not null,
  primary key (installation, jti)
);

-- Files that results were written to, and the links to them. A link is used by deleting it; only its hash is kept.
create table if not exists exports (
  installation text not null,
  jti text not null,
  path text not null,
  format text not null,
  bytes bigint not null,
  sha256 text not null,
  expires_at timestamptz not null,
  primary key (installation, jti)
);
create table if not exists export_links (
  token_sha256 text primary key,
  installation text not null,
  jti text not null,
  expires_at timestamptz not null
);

create table if not exists enrolments (
  token_sha256 text primary key,
  installation text not null,
  enrolled_at timestamptz not null default now()
);

-- What happened, in order, for people: no SQL text, no secrets.
create table if not exists audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  event text not null,
  installation text,
  jti text,
  detail jsonb not null default '{}'
);
-- The receipts' chain in its order, for auditors; and what nobody took, for the alarm.
create index if not exists audit_chain on audit (((detail ->> 'seq')::bigint)) where event = 'final';
create index if not exists outbox_given_up on outbox (id) where next_at is null and delivered_at is null;

-- That somebody wants an execution to end. Kept here because the process that runs it may not be the one that was told,
-- and because a restart must not forget it.
alter table executions add column if not exists stop_requested_at timestamptz;
create index if not exists executions_stopping on executions (installation, jti)
  where state = 'running' and stop_requested_at is not null;

-- How far running executions are; written about once a second, worth nothing after a crash.
create unlogged table if not exists progress (
  installation text not null,
  jti text not null,
  body jsonb not null,
  at timestamptz not null default now(),
  primary key (installation, jti)
);
