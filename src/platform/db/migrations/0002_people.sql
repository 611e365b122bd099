-- People, once each; the affiliations that carry every right; and what they sign in with.

create table person (
  id uuid primary key,
  -- Stored in lower case; what one signs in with, next to the mail address.
  user_name text not null,
  given_name text not null,
  family_name text not null,
  mail text not null,
  mail_verified_at timestamptz,
  language text not null default 'nl',
  -- "family given", folded: without accents and in lower case.
  sort_name text collate "C" not null,
  search_text text not null,
  valid_from timestamptz not null,
  valid_until timestamptz,
  valid_at tstzrange not null generated always as (tstzrange(valid_from, valid_until, '[)')) stored,
  version integer not null default 1,
  constraint person_user_name_key unique (user_name),
  constraint person_user_name_folded check (user_name = lower(user_name)),
  constraint person_mail_folded check (mail = lower(mail)),
  constraint person_mail_key unique (mail),
  constraint person_language check (language in ('en', 'nl', 'fr', 'de')),
  constraint person_period check (valid_until is null or valid_until > valid_from)
);
create index person_by_name on person (sort_name, id);
create index person_search on person using gin (search_text gin_trgm_ops);

-- National and other numbers never stand here in clear: a keyed digest finds them, a sealed copy shows them.
create table person_identifier (
  person_id uuid not null,
  scheme text not null,
  lookup bytea not null,
  sealed text not null,
  constraint person_identifier_pk primary key (scheme, lookup),
  constraint person_identifier_once unique (person_id, scheme),
  constraint person_identifier_person_fk foreign key (person_id) references person (id) on delete cascade
);

create table affiliation (
  id uuid primary key,
  person_id uuid not null,
  organisation_id uuid not null,
  type text not null,
  unit_id uuid,
  function_title text,
  contact_mail text,
  valid_from timestamptz not null,
  valid_until timestamptz,
  -- Set when it is withdrawn before it began: it then never counts and blocks no other.
  cancelled_at timestamptz,
  valid_at tstzrange generated always as
    (case when cancelled_at is null then tstzrange(valid_from, valid_until, '[)') end) stored,
  unit_key uuid not null generated always as (coalesce(unit_id, '00000000-0000-0000-0000-000000000000'::uuid)) stored,
  -- Copied by the triggers below, so that the people of one organisation are read in order from one index.
  person_sort_name text collate "C" not null,
  version integer not null default 1,
  constraint affiliation_person_fk foreign key (person_id) references person (id),
  constraint affiliation_organisation_fk foreign key (organisation_id) references organisation (id),
  constraint affiliation_unit_fk foreign key (organisation_id, unit_id) references unit (organisation_id, id),
  constraint affiliation_type check (type in ('employee', 'external', 'occasional')),
  constraint affiliation_period check (valid_until is null or valid_until > valid_from),
  constraint affiliation_key unique (id, valid_at without overlaps),
  constraint affiliation_parties_key unique (id, person_id, organisation_id),
  constraint affiliation_overlap unique (person_id, organisation_id, type, unit_key, valid_at without overlaps)
);
create index affiliation_person on affiliation (person_id, organisation_id);
create index affiliation_organisation on affiliation (organisation_id, person_id);
create index affiliation_by_name on affiliation (organisation_id, person_sort_name, person_id);
create index affiliation_ending on affiliation (organisation_id, valid_until) where cancelled_at is null;

create function affiliation_take_sort_name() returns trigger language plpgsql as $$
begin
  -- The lock keeps a renaming of the person from slipping in between.
  select sort_name into new.person_sort_name from person where id = new.person_id for share;
  return new;
end $$;
-- Who inserts very many fills it in at once, under the same lock.
create trigger affiliation_sort_name before insert on affiliation
  for each row when (new.person_sort_name is null) execute function affiliation_take_sort_name();

create function person_give_sort_name() returns trigger language plpgsql as $$
begin
  update affiliation set person_sort_name = new.sort_name where person_id = new.id;
  return null;
end $$;
create trigger person_sort_name after update of sort_name on person
  for each row when (old.sort_name is distinct from new.sort_name) execute function person_give_sort_name();

create table password_credential (
  person_id uuid primary key,
  hash text not null,
  changed_at timestamptz not null,
  constraint password_credential_person_fk foreign key (person_id) references person (id) on delete cascade
);

-- Links in mails: single use, for a limited time; only the digest of the secret part is kept.
create table one_time_link (
  id uuid primary key,
  person_id uuid not null,
  purpose text not null,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint one_time_link_person_fk foreign key (person_id) references person (id) on delete cascade,
  constraint one_time_link_token_key unique (token_hash),
  constraint one_time_link_purpose check (purpose in ('invitation', 'password_reset'))
);
create index one_time_link_person on one_time_link (person_id, purpose);

create table portal_session (
  id_hash bytea primary key,
  person_id uuid,
  -- The provider session it came from: ends with it.
  provider_sid text,
  data jsonb not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  constraint portal_session_person_fk foreign key (person_id) references person (id) on delete cascade
);
create index portal_session_person on portal_session (person_id);
create index portal_session_provider_sid on portal_session (provider_sid);
create index portal_session_expires on portal_session (expires_at);

create table rate_limit (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
