-- The heart: who may do what for which organisation, from when, until when; and who may decide it.
-- The database itself refuses two overlapping assignments of the same, an assignment outside its affiliation,
-- an administration outside the affiliation of its holder, and one that outlives what it was given by.

create table administration (
  id uuid primary key,
  -- Whose work it is: ends with the affiliation.
  affiliation_id uuid not null,
  person_id uuid not null,
  affiliation_organisation_id uuid not null,
  kind text not null,
  organisation_id uuid,
  includes_subtree boolean not null default false,
  application_id uuid,
  -- The administration it was delegated from; null when the operator (or an authoritative source) appointed.
  given_by_id uuid,
  given_by_person_id uuid,
  given_at timestamptz not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  cancelled_at timestamptz,
  valid_at tstzrange generated always as
    (case when cancelled_at is null then tstzrange(valid_from, valid_until, '[)') end) stored,
  scope_key uuid not null generated always as
    (coalesce(organisation_id, application_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
  version integer not null default 1,
  constraint administration_affiliation_fk foreign key (affiliation_id, person_id, affiliation_organisation_id)
    references affiliation (id, person_id, organisation_id),
  constraint administration_organisation_fk foreign key (organisation_id) references organisation (id),
  constraint administration_application_fk foreign key (application_id) references application (id),
  constraint administration_kind check (kind in ('operator', 'auditor', 'application_owner', 'head', 'local')),
  constraint administration_scope check (
    case kind
      when 'operator' then organisation_id is null and application_id is null
      when 'auditor' then application_id is null
      when 'application_owner' then application_id is not null and organisation_id is null
      else organisation_id is not null and application_id is null
    end),
  constraint administration_period check (valid_until is null or valid_until > valid_from),
  constraint administration_key unique (id, valid_at without overlaps),
  constraint administration_overlap unique (affiliation_id, kind, scope_key, valid_at without overlaps),
  constraint administration_inside_affiliation foreign key (affiliation_id, period valid_at)
    references affiliation (id, period valid_at) deferrable initially deferred,
  constraint administration_inside_giver foreign key (given_by_id, period valid_at)
    references administration (id, period valid_at) deferrable initially deferred
);
create index administration_person on administration (person_id);
create index administration_organisation on administration (organisation_id, kind);
create index administration_given_by on administration (given_by_id);
create index administration_affiliation on administration (affiliation_id);

create table assignment (
  id uuid primary key,
  affiliation_id uuid not null,
  -- Copies kept true by a foreign key, so that lists and tokens read one table.
  person_id uuid not null,
  organisation_id uuid not null,
  right_id uuid not null,
  -- { "<definition code>": ["value", …] }, values sorted, absent when none.
  context jsonb not null default '{}',
  context_key text not null generated always as (md5(context::text)) stored,
  reason text,
  granted_by_person_id uuid,
  granted_at timestamptz not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  cancelled_at timestamptz,
  valid_at tstzrange generated always as
    (case when cancelled_at is null then tstzrange(valid_from, valid_until, '[)') end) stored,
  version integer not null default 1,
  constraint assignment_affiliation_fk foreign key (affiliation_id, person_id, organisation_id)
    references affiliation (id, person_id, organisation_id),
  constraint assignment_right_fk foreign key (right_id) references application_right (id),
  constraint assignment_period check (valid_until is null or valid_until > valid_from),
  constraint assignment_overlap unique (affiliation_id, right_id, context_key, valid_at without overlaps),
  constraint assignment_inside_affiliation foreign key (affiliation_id, period valid_at)
    references affiliation (id, period valid_at) deferrable initially deferred
);
create index assignment_person on assignment (person_id, right_id);
create index assignment_organisation on assignment (organisation_id, person_id);
create index assignment_right on assignment (right_id, organisation_id);
-- The holders of a right, newest first, page by page.
create index assignment_right_newest on assignment (right_id, id);
create index assignment_ending on assignment (organisation_id, valid_until) where cancelled_at is null;

-- Promise 1 in one place. What counts at the given instant: inside assignment, affiliation, person, organisation,
-- application, right and a running offer. `effective_until` is the earliest end of all of them.
-- Declared so that PostgreSQL folds it into the query around it: conditions on its columns use the indexes.
create function effective_assignment(at timestamptz)
returns table (
  assignment_id uuid, affiliation_id uuid, person_id uuid, organisation_id uuid, application_id uuid,
  right_id uuid, right_code text, context jsonb, valid_from timestamptz, effective_until timestamptz
)
language sql stable
as $$
  select a.id, a.affiliation_id, a.person_id, a.organisation_id, r.application_id,
    r.id, r.code, a.context, a.valid_from,
    least(a.valid_until, f.valid_until, p.valid_until, o.valid_until, r.valid_until, x.valid_until, offered.until)
  from assignment a
  join affiliation f on f.id = a.affiliation_id and f.valid_at @> at
  join person p on p.id = a.person_id and p.valid_at @> at
  join organisation o on o.id = a.organisation_id and o.valid_at @> at
  join application_right r on r.id = a.right_id and r.valid_at @> at
  join application x on x.id = r.application_id and x.valid_at @> at
  cross join lateral (
    -- Any running offer carries it; the longest one tells until when. Infinity: no end.
    select nullif(max(coalesce(q.valid_until, 'infinity'::timestamptz)), 'infinity'::timestamptz) as until, count(*) as running
    from offer q
    where q.right_id = a.right_id and q.valid_at @> at
      and (q.organisation_id = a.organisation_id or q.target_group_id = o.target_group_id)
  ) offered
  where a.valid_at @> at and offered.running > 0
$$;

-- Which of the named administrations hold at the given instant: inside their own period, the holder's affiliation,
-- person and organisations, and, up the whole chain of givers, inside those of everyone they come from.
create function effective_administration(at timestamptz, ids uuid[])
returns table (
  administration_id uuid, person_id uuid, affiliation_id uuid, kind text, organisation_id uuid,
  includes_subtree boolean, application_id uuid, given_by_id uuid, effective_until timestamptz
)
language sql stable
as $$
  with recursive chain as (
    select d.id as root, d.id, d.given_by_id, 0 as depth from administration d where d.id = any(ids)
    union all
    select c.root, g.id, g.given_by_id, c.depth + 1
    from chain c join administration g on g.id = c.given_by_id where c.depth < 32
  ), holding as (
    select c.root,
      bool_and(d.valid_at @> at and f.valid_at @> at and p.valid_at @> at and w.valid_at @> at
        and (o.id is null or o.valid_at @> at) and (x.id is null or x.valid_at @> at)) as holds,
      bool_or(c.given_by_id is null) as complete,
      min(least(d.valid_until, f.valid_until, p.valid_until, w.valid_until, o.valid_until, x.valid_until)) as ends
    from chain c
    join administration d on d.id = c.id
    join affiliation f on f.id = d.affiliation_id
    join person p on p.id = d.person_id
    join organisation w on w.id = d.affiliation_organisation_id
    left join organisation o on o.id = d.organisation_id
    left join application x on x.id = d.application_id
    group by c.root
  )
  select d.id, d.person_id, d.affiliation_id, d.kind, d.organisation_id, d.includes_subtree, d.application_id,
    d.given_by_id, h.ends
  from holding h join administration d on d.id = h.root
  where h.holds and h.complete
$$;

-- A short-lived offer to take a change back: what to restore, by whom, until when.
create table undo_entry (
  id uuid primary key,
  person_id uuid not null,
  kind text not null,
  payload jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
