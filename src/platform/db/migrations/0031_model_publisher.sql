-- Who published a version, apart from who wrote it: the author stays who last wrote the draft.

alter table decision_model
  -- Null: files did, or it was never published, or before this was kept apart from the author.
  add column publisher_person_id uuid;
