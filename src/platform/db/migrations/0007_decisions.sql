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

create table decision_record (
  application_id uuid not null,
  type text not null,
  id text not null,
  parent_type text,
  parent_id text,
  owner text,
  nodes text[] not null default '{}',
  attributes jsonb not null default '{}',
  -- The application's own counter: an older version never overwrites a newer one.
  record_version bigint not null default 0,
  constraint decision_record_pk primary key (application_id, type, id),
  constraint decision_record_application_fk foreign key (application_id) references application (id)
);
create index decision_record_parent on decision_record (application_id, parent_type, parent_id);
create index decision_record_owner on decision_record (application_id, type, owner);
create index decision_record_attributes on decision_record using gin (attributes);
create index decision_record_nodes on decision_record using gin (nodes);
