-- What happened (audit), what must still be told (outbox), and what the site remembers of itself.

-- The audit is a number of parallel hash chains ("lanes"). A transaction takes whichever lane is free, so writers
-- only wait for each other when all lanes are busy. See docs/decisions/0003.
create table audit_lane (
  lane smallint primary key,
  seq bigint not null default 0,
  hash bytea not null default '\x'
);
insert into audit_lane (lane) select generate_series(0, 31);

create table audit_event (
  lane smallint not null,
  seq bigint not null,
  id uuid not null,
  at timestamptz(3) not null,
  action text not null,
  outcome text not null,
  actor_kind text not null,
  actor_person_id uuid,
  on_behalf_of_organisation_id uuid,
  organisation_id uuid,
  person_id uuid,
  application_id uuid,
  subject_type text not null,
  subject_id text,
  reason text,
  request_id text,
  before jsonb,
  after jsonb,
  hash bytea not null,
  constraint audit_event_pk primary key (lane, seq),
  constraint audit_event_outcome check (outcome in ('done', 'refused', 'failed')),
  constraint audit_event_actor_kind check (actor_kind in ('person', 'system', 'client', 'anonymous'))
);
create index audit_event_at on audit_event (at, id);
create index audit_event_organisation on audit_event (organisation_id, at, id);
create index audit_event_person on audit_event (person_id, at, id);
create index audit_event_actor on audit_event (actor_person_id, at, id);
create index audit_event_application on audit_event (application_id, at, id);

create function audit_event_is_final() returns trigger language plpgsql as $$
begin
  raise exception 'audit events are never changed or removed' using errcode = '23514', constraint = 'audit_event_final';
end $$;
create trigger audit_event_final before update or delete on audit_event
  for each row execute function audit_event_is_final();

create table outbox (
  id uuid primary key,
  kind text not null,
  payload jsonb not null,
  idempotency_key text not null,
  created_at timestamptz not null,
  available_at timestamptz not null,
  attempts integer not null default 0,
  claimed_until timestamptz,
  delivered_at timestamptz,
  failed_at timestamptz,
  last_error text,
  constraint outbox_idempotency_key unique (idempotency_key)
);
create index outbox_due on outbox (available_at) where delivered_at is null and failed_at is null;
create index outbox_delivered on outbox (delivered_at) where delivered_at is not null;

create table site_setting (
  key text primary key,
  value jsonb not null
);
