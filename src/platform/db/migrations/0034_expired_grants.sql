-- Expired grants are kept a day longer than the rest: with one index for all, every batch of the clean-up stepped over all of
-- that day's (214 ms for 500 rows behind 200,000 of them, now 9 ms). Each row is in one of the two, so that writing costs the same.
drop index oidc_payload_expires;
create index oidc_payload_expires on oidc_payload (expires_at) where model <> 'Grant';
create index oidc_grant_expires on oidc_payload (expires_at) where model = 'Grant';
