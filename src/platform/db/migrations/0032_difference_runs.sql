-- What a change of a rights model means for everybody, worked out in the background where there are many people. Can be lost:
-- whoever looks next begins it again.

create unlogged table decision_difference_run (
  application_id uuid not null,
  -- The two documents, as id and version of each.
  before_key text not null,
  after_key text not null,
  -- Which attempt this is: one that was replaced writes nothing more.
  id uuid not null,
  done integer not null default 0,
  total integer not null,
  -- Null while it runs.
  result jsonb,
  failed boolean not null default false,
  -- The instant the people are looked at.
  at timestamptz not null,
  -- When it last said that it is alive.
  seen_at timestamptz not null,
  constraint decision_difference_run_pk primary key (application_id, before_key, after_key)
);
