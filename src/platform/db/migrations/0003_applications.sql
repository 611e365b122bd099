-- Connected applications, what they let people do, and who may hand it out.

create table application (
  id uuid primary key,
  code text not null,
  names jsonb not null,
  descriptions jsonb not null default '{}',
  owner_organisation_id uuid not null,
  home_url text,
  contact_mail text,
  -- How a right becomes a role value; placeholders {right} {context} {organisation}.
  role_template text not null default '{right}',
  role_claim text not null default 'roles',
  valid_from timestamptz not null,
  valid_until timestamptz,
  valid_at tstzrange not null generated always as (tstzrange(valid_from, valid_until, '[)')) stored,
  version integer not null default 1,
  constraint application_code_key unique (code),
  constraint application_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$'),
  constraint application_owner_fk foreign key (owner_organisation_id) references organisation (id),
  constraint application_period check (valid_until is null or valid_until > valid_from)
);

create table client (
  -- The OAuth client_id.
  id text primary key,
  application_id uuid not null,
  name text not null,
  -- OpenID Connect client metadata (RFC 7591 names), without secrets.
  metadata jsonb not null,
  -- [{ "hash": hex sha-256, "createdAt": …, "expiresAt": … | null }]: more than one while a secret is replaced.
  secrets jsonb not null default '[]',
  -- { "idToken": bool, "userinfo": bool, "accessToken": bool, "introspection": bool }: where roles are told.
  claims_in jsonb not null default '{"idToken": true, "userinfo": true, "accessToken": true, "introspection": true}',
  pkce_required boolean not null default true,
  disabled_at timestamptz,
  version integer not null default 1,
  constraint client_application_fk foreign key (application_id) references application (id),
  constraint client_id_format check (id ~ '^[A-Za-z0-9._~-]{1,128}$')
);
create index client_application on client (application_id);

-- `right` is a reserved word of SQL.
create table application_right (
  id uuid primary key,
  application_id uuid not null,
  code text not null,
  names jsonb not null,
  descriptions jsonb not null default '{}',
  position integer not null default 0,
  valid_from timestamptz not null,
  valid_until timestamptz,
  valid_at tstzrange not null generated always as (tstzrange(valid_from, valid_until, '[)')) stored,
  version integer not null default 1,
  constraint application_right_application_fk foreign key (application_id) references application (id),
  constraint application_right_code_key unique (application_id, code),
  constraint application_right_code_format check (code ~ '^[A-Za-z0-9._]{1,64}$'),
  constraint application_right_period check (valid_until is null or valid_until > valid_from)
);

create table context_definition (
  id uuid primary key,
  right_id uuid not null,
  code text not null,
  names jsonb not null,
  kind text not null,
  required boolean not null default false,
  many boolean not null default false,
  -- For kind text: a pattern the whole value must match.
  pattern text,
  position integer not null default 0,
  constraint context_definition_right_fk foreign key (right_id) references application_right (id) on delete cascade,
  constraint context_definition_code_key unique (right_id, code),
  constraint context_definition_kind check (kind in ('list', 'text', 'unit')),
  constraint context_definition_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$')
);

create table context_option (
  definition_id uuid not null,
  code text not null,
  names jsonb not null,
  position integer not null default 0,
  -- A withdrawn option stays readable on old assignments but can no longer be chosen.
  withdrawn_at timestamptz,
  constraint context_option_pk primary key (definition_id, code),
  constraint context_option_definition_fk foreign key (definition_id) references context_definition (id) on delete cascade,
  constraint context_option_code_format check (code ~ '^[A-Za-z0-9._-]{1,64}$')
);

create table offer (
  id uuid primary key,
  right_id uuid not null,
  target_group_id uuid,
  organisation_id uuid,
  max_period_days integer,
  max_until timestamptz,
  valid_from timestamptz not null,
  valid_until timestamptz,
  cancelled_at timestamptz,
  valid_at tstzrange generated always as
    (case when cancelled_at is null then tstzrange(valid_from, valid_until, '[)') end) stored,
  receiver_key uuid not null generated always as (coalesce(organisation_id, target_group_id)) stored,
  version integer not null default 1,
  constraint offer_right_fk foreign key (right_id) references application_right (id),
  constraint offer_target_group_fk foreign key (target_group_id) references target_group (id),
  constraint offer_organisation_fk foreign key (organisation_id) references organisation (id),
  constraint offer_one_receiver check ((target_group_id is null) <> (organisation_id is null)),
  constraint offer_max_period check (max_period_days > 0),
  constraint offer_period check (valid_until is null or valid_until > valid_from),
  constraint offer_overlap unique (right_id, receiver_key, valid_at without overlaps)
);
create index offer_organisation on offer (organisation_id, right_id);
create index offer_target_group on offer (target_group_id, right_id);
