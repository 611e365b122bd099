-- Organisations, their kinds (target groups), their units, and the closed tree that scope is read from.

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

create table target_group (
  id uuid primary key,
  code text not null,
  names jsonb not null,
  -- Which identifier its organisations carry: kbo, ovo, nis, institution (checked in organisations.model.ts).
  identifier_scheme text not null,
  -- Per affiliation type: { "external": { "mandatory": ["unit","function","contactMail"], "maxPeriodDays": 456 } }.
  affiliation_rules jsonb not null default '{}',
  version integer not null default 1,
  constraint target_group_code_key unique (code),
  constraint target_group_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$')
);

create table organisation (
  id uuid primary key,
  code text not null,
  name text not null,
  names jsonb not null default '{}',
  target_group_id uuid not null,
  parent_id uuid,
  contact_mail text,
  attributes jsonb not null default '{}',
  search_text text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  valid_at tstzrange not null generated always as (tstzrange(valid_from, valid_until, '[)')) stored,
  version integer not null default 1,
  constraint organisation_code_key unique (code),
  -- The code stands inside role claims (`right:code`), so it can hold no separator.
  constraint organisation_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$'),
  constraint organisation_target_group_fk foreign key (target_group_id) references target_group (id),
  constraint organisation_parent_fk foreign key (parent_id) references organisation (id),
  constraint organisation_not_own_parent check (parent_id <> id),
  constraint organisation_period check (valid_until is null or valid_until > valid_from)
);
create index organisation_parent on organisation (parent_id);
create index organisation_by_name on organisation (name, id);
create index organisation_target_group on organisation (target_group_id);
create index organisation_search on organisation using gin (search_text gin_trgm_ops);

create table organisation_identifier (
  organisation_id uuid not null,
  scheme text not null,
  value text not null,
  constraint organisation_identifier_pk primary key (scheme, value),
  constraint organisation_identifier_organisation_fk foreign key (organisation_id) references organisation (id) on delete cascade
);
create index organisation_identifier_organisation on organisation_identifier (organisation_id);

-- Every organisation with each of its ancestors and itself (depth 0): scope becomes one indexed look-up.
create table organisation_tree (
  ancestor_id uuid not null,
  organisation_id uuid not null,
  depth integer not null,
  constraint organisation_tree_pk primary key (ancestor_id, organisation_id),
  constraint organisation_tree_ancestor_fk foreign key (ancestor_id) references organisation (id) on delete cascade,
  constraint organisation_tree_organisation_fk foreign key (organisation_id) references organisation (id) on delete cascade
);
create index organisation_tree_organisation on organisation_tree (organisation_id, depth);

create function organisation_tree_keep() returns trigger language plpgsql as $$
begin
  -- Two re-parentings at once could close a loop that neither sees.
  if tg_op = 'UPDATE' then
    perform pg_advisory_xact_lock(hashtext('organisation_tree'));
    if exists (select 1 from organisation_tree where ancestor_id = new.id and organisation_id = new.parent_id) then
      raise exception 'organisation % would become its own ancestor', new.id
        using errcode = '23514', constraint = 'organisation_tree_no_loop';
    end if;
    delete from organisation_tree path
      using organisation_tree below
      where below.ancestor_id = new.id and path.organisation_id = below.organisation_id
        and path.ancestor_id not in (select organisation_id from organisation_tree where ancestor_id = new.id);
    insert into organisation_tree (ancestor_id, organisation_id, depth)
      select above.ancestor_id, below.organisation_id, above.depth + below.depth + 1
      from organisation_tree above, organisation_tree below
      where above.organisation_id = new.parent_id and below.ancestor_id = new.id;
  else
    insert into organisation_tree (ancestor_id, organisation_id, depth)
      select new.id, new.id, 0
      union all
      select ancestor_id, new.id, depth + 1 from organisation_tree where organisation_id = new.parent_id;
  end if;
  return null;
end $$;

create trigger organisation_tree_on_insert after insert on organisation
  for each row execute function organisation_tree_keep();
create trigger organisation_tree_on_move after update of parent_id on organisation
  for each row when (old.parent_id is distinct from new.parent_id) execute function organisation_tree_keep();

create table unit (
  id uuid primary key,
  organisation_id uuid not null,
  parent_id uuid,
  code text not null,
  name text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  valid_at tstzrange not null generated always as (tstzrange(valid_from, valid_until, '[)')) stored,
  version integer not null default 1,
  constraint unit_organisation_fk foreign key (organisation_id) references organisation (id),
  constraint unit_code_key unique (organisation_id, code),
  constraint unit_same_organisation_key unique (organisation_id, id),
  constraint unit_parent_fk foreign key (organisation_id, parent_id) references unit (organisation_id, id),
  constraint unit_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$'),
  constraint unit_not_own_parent check (parent_id <> id),
  constraint unit_period check (valid_until is null or valid_until > valid_from)
);
create index unit_parent on unit (organisation_id, parent_id);
