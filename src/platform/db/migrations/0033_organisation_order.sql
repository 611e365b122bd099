-- Organisations in the order of the names that their reader sees: in their language, without regard to case and accents.
-- The fallbacks are those of `nameIn` in organisations.model.ts.
create function organisation_sort_name(names jsonb, name text, lang text) returns text
language sql immutable as $$
  select translate(lower(coalesce(names ->> lang, names ->> 'en', names ->> 'nl', names ->> 'fr', names ->> 'de', name)
    collate "C"), 'ÀÁÂÃÄÅàáâãäåÇçÈÉÊËèéêëÌÍÎÏìíîïÑñÒÓÔÕÖØòóôõöøÙÚÛÜùúûüÝŸýÿ', 'aaaaaaaaaaaacceeeeeeeeiiiiiiiinnoooooooooooouuuuuuuuyyyy') collate "C"
$$;
drop index organisation_by_name;
create index organisation_by_name_nl on organisation (organisation_sort_name(names, name, 'nl'), id);
create index organisation_by_name_fr on organisation (organisation_sort_name(names, name, 'fr'), id);
create index organisation_by_name_de on organisation (organisation_sort_name(names, name, 'de'), id);
create index organisation_by_name_en on organisation (organisation_sort_name(names, name, 'en'), id);
