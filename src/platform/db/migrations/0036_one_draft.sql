-- Two who begin the draft of one rights model at once: the second found none, and then the number of the first to count on from.
create unique index decision_model_one_draft on decision_model (application_id) where status = 'draft';
