-- What ends soon, in the order of its end, for who looks over more organisations than can be named one by one: the list is
-- then walked from now on, and who is out of scope is passed over.
create index affiliation_until on affiliation (valid_until, id) where cancelled_at is null and valid_until is not null;
create index assignment_until on assignment (valid_until, id) where cancelled_at is null and valid_until is not null;
