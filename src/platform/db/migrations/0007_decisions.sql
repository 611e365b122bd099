-- What the decision point knows of an application: its rights model by version, its records, and what it says of people.

create table decision_model (
  id uuid primary key,
  application_id uuid not null,
  number integer not null,
  status text not null,
  -- The forms as the administrator filled them in (modules/decisions/forms); gates and rules are made from it on loading.
  forms jsonb not null,
  note text,
  author_person_id uuid,
  created_at timestamptz not null,
  valid_from timestamptz,
  superseded_at timestamptz,
  version integer not null default 1,
  constraint decision_model_application_fk foreign key (application_id) references application (id),
  constraint decision_model_number_key unique (application_id, number),
  constraint decision_model_status check (status in ('draft', 'valid', 'superseded'))
);
create unique index decision_model_one_valid on decision_model (application_id) where status = 'valid';

-- What a record can be found by, as texts `name=value`: one index for every attribute, with statistics on how common
-- each value is. Cut short, since an index entry has a limit: a condition looks at the value itself as well.
create function decision_terms(owner text, nodes text[], attributes jsonb) returns text[]
language sql immutable parallel safe
as $$
  select coalesce(array_agg(left(x.term, 200)), '{}') from (
    select a.key || '=' || m.member as term
      from jsonb_each(attributes) a,
        jsonb_array_elements_text(case jsonb_typeof(a.value) when 'array' then a.value else jsonb_build_array(a.value) end) as m(member)
    union all select 'owner=' || owner where owner is not null
    union all select 'nodes=' || n from unnest(nodes) n
  ) x
$$;

create table decision_record (
  application_id uuid not null,
  type text not null,
  -- Compared byte by byte, so that pages are the same on every engine.
  id text collate "C" not null,
  parent_type text,
  parent_id text collate "C",
  owner text,
  nodes text[] not null default '{}',
  attributes jsonb not null default '{}',
  terms text[] not null generated always as (decision_terms(owner, nodes, attributes)) stored,
  -- The application's own counter: an older version never overwrites a newer one.
  record_version bigint not null default 0,
  constraint decision_record_pk primary key (application_id, type, id),
  constraint decision_record_application_fk foreign key (application_id) references application (id)
);
create index decision_record_parent on decision_record (application_id, parent_type, parent_id);
-- Without the list of pending entries, which every look would have to read through after many writes.
create index decision_record_terms on decision_record using gin (terms) with (fastupdate = off);

-- Deleted records, so that a message that was overtaken on its way does not bring one back.
create table decision_record_gone (
  application_id uuid not null,
  type text not null,
  id text collate "C" not null,
  record_version bigint not null,
  gone_at timestamptz not null,
  constraint decision_record_gone_pk primary key (application_id, type, id),
  constraint decision_record_gone_application_fk foreign key (application_id) references application (id)
);

-- What is said of somebody besides what the portal knows: by administrators (portal) or by the application (sync).
create table decision_subject (
  application_id uuid not null,
  -- `person`, identified by the sub; any other type is the application's own (its machines, its own accounts).
  type text not null,
  id text collate "C" not null,
  source text not null,
  -- { "groups": [{ "name", "from"?, "until"? }], "attributes": [{ "name", "value", … }], "lists": [{ "name", "item", … }] }
  facts jsonb not null,
  record_version bigint not null default 0,
  version integer not null default 1,
  constraint decision_subject_pk primary key (application_id, type, id, source),
  constraint decision_subject_application_fk foreign key (application_id) references application (id),
  constraint decision_subject_source check (source in ('portal', 'sync'))
);

alter table client
  -- What its application's client may ask of the decision point: evaluate, search, synchronise, explain.
  add column decision_powers text[] not null default '{evaluate,search,synchronise}',
  add constraint client_decision_powers check (decision_powers <@ '{evaluate,search,synchronise,explain}'::text[]);

-- What every process must forget. A reader asks for what was written by transactions that its last look could not
-- have seen (docs/decisions/0009): no counter that writers would have to queue for, and nothing is missed.
create table decision_change (
  xid xid8 not null default pg_current_xact_id(),
  id bigint generated always as identity,
  at timestamptz not null default clock_timestamp(),
  -- Null: every application.
  application_id uuid,
  -- subject: one subject; organisation: everybody who works there; subjects: everybody; model; client.
  kind text not null,
  subject_type text,
  subject_id text,
  constraint decision_change_pk primary key (id),
  constraint decision_change_kind check (kind in ('subject', 'organisation', 'subjects', 'model', 'client'))
);
create index decision_change_xid on decision_change (xid);
create index decision_change_at on decision_change (at);

-- A unit with everything above it that runs at the instant, and when that changes.
create function decision_unit_chain(unit_id uuid)
returns table (code text, valid_at tstzrange, valid_from timestamptz, valid_until timestamptz)
language sql stable
as $$
  with recursive chain as (
    select u.id, u.parent_id, u.code, u.valid_at, u.valid_from, u.valid_until, 0 as depth from unit u where u.id = unit_id
    union all
    select u.id, u.parent_id, u.code, u.valid_at, u.valid_from, u.valid_until, c.depth + 1
    from chain c join unit u on u.id = c.parent_id where c.depth < 32
  )
  select code, valid_at, valid_from, valid_until from chain
$$;

create function decision_assignment_changed() returns trigger language plpgsql as $$
declare
  many boolean;
begin
  select count(*) > 500 into many from (select distinct person_id from changed limit 501) people;
  insert into decision_change (application_id, kind, subject_type, subject_id)
    select distinct r.application_id, case when many then 'subjects' else 'subject' end,
      case when many then null else 'person' end, case when many then null else c.person_id::text end
    from changed c join application_right r on r.id = c.right_id;
  return null;
end $$;

create function decision_affiliation_changed() returns trigger language plpgsql as $$
declare
  many boolean;
begin
  select count(*) > 500 into many from (select distinct person_id from changed limit 501) people;
  insert into decision_change (kind, subject_type, subject_id)
    select distinct case when many then 'subjects' else 'subject' end,
      case when many then null else 'person' end, case when many then null else c.person_id::text end
    from changed c;
  return null;
end $$;

create function decision_person_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (kind, subject_type, subject_id) select 'subject', 'person', c.id::text from changed c;
  return null;
end $$;

create function decision_organisation_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (kind, subject_id) select 'organisation', c.id::text from changed c;
  return null;
end $$;

create function decision_unit_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (kind, subject_id) select distinct 'organisation', c.organisation_id::text from changed c;
  return null;
end $$;

create function decision_right_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (application_id, kind) select distinct c.application_id, 'subjects' from changed c;
  return null;
end $$;

create function decision_application_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (application_id, kind) select c.id, 'subjects' from changed c;
  insert into decision_change (application_id, kind) select c.id, 'client' from changed c;
  return null;
end $$;

create function decision_offer_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (application_id, kind)
    select distinct r.application_id, 'subjects' from changed c join application_right r on r.id = c.right_id;
  return null;
end $$;

create function decision_client_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (application_id, kind) select distinct c.application_id, 'client' from changed c;
  return null;
end $$;

create function decision_model_changed() returns trigger language plpgsql as $$
begin
  insert into decision_change (application_id, kind) select distinct c.application_id, 'model' from changed c;
  return null;
end $$;

create function decision_subject_changed() returns trigger language plpgsql as $$
declare
  many boolean;
begin
  select count(*) > 500 into many from changed;
  insert into decision_change (application_id, kind, subject_type, subject_id)
    select distinct c.application_id, case when many then 'subjects' else 'subject' end,
      case when many then null else c.type end, case when many then null else c.id end
    from changed c;
  return null;
end $$;

do $$
declare
  watched record;
begin
  for watched in select * from (values
    ('assignment', 'decision_assignment_changed'), ('affiliation', 'decision_affiliation_changed'),
    ('person', 'decision_person_changed'), ('organisation', 'decision_organisation_changed'),
    ('unit', 'decision_unit_changed'), ('application_right', 'decision_right_changed'),
    ('application', 'decision_application_changed'), ('offer', 'decision_offer_changed'),
    ('client', 'decision_client_changed'), ('decision_model', 'decision_model_changed'),
    ('decision_subject', 'decision_subject_changed')) as list (source, teller)
  loop
    -- Somebody or something new changes no answer before a right or setting comes with it.
    if watched.source not in ('person', 'organisation', 'unit') then
      execute format('create trigger %1$s_added_for_decisions after insert on %1$s referencing new table as changed
        for each statement execute function %2$s()', watched.source, watched.teller);
    end if;
    execute format('create trigger %1$s_changed_for_decisions after update on %1$s referencing new table as changed
      for each statement execute function %2$s()', watched.source, watched.teller);
    execute format('create trigger %1$s_deleted_for_decisions after delete on %1$s referencing old table as changed
      for each statement execute function %2$s()', watched.source, watched.teller);
  end loop;
end $$;
