-- What owners set by hand about a record, above what the application brings. `attributes` stays what counts, so that no
-- question and no index has to put the two together.

alter table decision_record
  -- Attributes by name; null: nothing is set by hand.
  add column by_hand jsonb,
  -- What the application brought, kept apart while something is set by hand; null: `attributes` is just that.
  add column brought jsonb,
  -- Counts the changes by hand, to refuse an edit on top of one that was not seen.
  add column hand_version integer not null default 0;

-- A record that is taken away and brought again comes back with what was set by hand: an own list that was lost on the way would
-- open the record to everybody whom the inherited list lets in.
alter table decision_record_gone
  add column by_hand jsonb,
  add column hand_version integer not null default 0;
