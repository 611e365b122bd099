-- Most rows of the audit lack one or more of these: an installation has no actor, a person's own data no application. An index
-- entry for nothing costs as much as any other; without them writing a declared row takes a fifth less.
drop index audit_event_organisation;
drop index audit_event_person;
drop index audit_event_actor;
drop index audit_event_application;
create index audit_event_organisation on audit_event (organisation_id, at, id) where organisation_id is not null;
create index audit_event_person on audit_event (person_id, at, id) where person_id is not null;
create index audit_event_actor on audit_event (actor_person_id, at, id) where actor_person_id is not null;
create index audit_event_application on audit_event (application_id, at, id) where application_id is not null;
