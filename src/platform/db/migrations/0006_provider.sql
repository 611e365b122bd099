-- What the OpenID provider stores. Rights are never here: tokens and sessions only point to people and grants.

create table oidc_payload (
  model text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  account_id text,
  client_id text,
  consumed_at timestamptz,
  expires_at timestamptz,
  constraint oidc_payload_pk primary key (model, id)
);
create index oidc_payload_grant on oidc_payload (grant_id) where grant_id is not null;
create unique index oidc_payload_uid on oidc_payload (model, uid) where uid is not null;
create index oidc_payload_account on oidc_payload (account_id, model) where account_id is not null;
create index oidc_payload_expires on oidc_payload (expires_at);

-- Minutes-long steps of a sign-in (interactions, codes, pushed requests): worth losing in a crash of the database
-- server, so kept out of its write-ahead log (measured up to 1.5 times the logins on the embedded engine).
create unlogged table oidc_step (
  model text not null,
  id text not null,
  payload jsonb not null,
  grant_id text,
  uid text,
  account_id text,
  client_id text,
  consumed_at timestamptz,
  expires_at timestamptz,
  constraint oidc_step_pk primary key (model, id)
);
create index oidc_step_grant on oidc_step (grant_id) where grant_id is not null;
create index oidc_step_expires on oidc_step (expires_at);

-- For whom the person acts in one grant (one per person, client and choice).
create table acting_choice (
  grant_id text primary key,
  person_id uuid not null,
  client_id text not null,
  organisation_id uuid,
  chosen_at timestamptz not null,
  constraint acting_choice_person_fk foreign key (person_id) references person (id) on delete cascade,
  constraint acting_choice_organisation_fk foreign key (organisation_id) references organisation (id)
);
create index acting_choice_person on acting_choice (person_id, client_id);
create index acting_choice_organisation on acting_choice (organisation_id, client_id);

create table provider_key (
  kid text primary key,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed_private text not null,
  created_at timestamptz not null,
  -- Signs from then on; before, it is only published so that everyone knows it.
  signs_from timestamptz not null,
  -- Published until then; null while it signs.
  published_until timestamptz,
  constraint provider_key_algorithm check (algorithm in ('ES256', 'RS256', 'EdDSA'))
);

-- Every process drops what it remembers of a client, and takes up new keys, as soon as the change is committed.
create function provider_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('mandaat_provider', tg_argv[0]);
  return null;
end $$;
create trigger client_changed after insert or update or delete on client
  for each statement execute function provider_changed('clients');
create trigger application_changed after update on application
  for each statement execute function provider_changed('clients');
create trigger application_right_added after insert on application_right
  for each statement execute function provider_changed('clients');
create trigger provider_key_changed after insert or update or delete on provider_key
  for each statement execute function provider_changed('keys');
