-- Searching the audit for one kind of event, or for what was refused, over many organisations at once.
create index audit_event_action on audit_event (action, at, id);
create index audit_event_refused on audit_event (outcome, at, id) where outcome <> 'done';
