// Builds the forms for adding, changing and disabling a person. Reads nothing itself.
import {
  labelsOf,
  type ConfirmPage,
  type ConflictPage,
  type FormPage,
  type FormState,
  staleNotice,
} from '../../web/form-page.ts';
import { localDateOf } from '../../web/local-date.ts';
import { paths } from '../../web/paths.ts';
import type { LastChange } from '../administration/index.ts';
import { affiliationFields } from '../affiliations/index.ts';
import { crumbsOf, type Place, type UnitItem } from '../organisations/index.ts';
import { identifierFields, personFields } from './people.forms.ts';
import type { PersonFile } from './people.queries.ts';

export function buildNewPage(place: Place, units: readonly UnitItem[], state: FormState): FormPage {
  const { words, organisation, now, zone } = place;
  const { t } = words;
  const rules = organisation.affiliationRules;
  const initial = { type: 'employee', from: localDateOf(now, zone), language: words.lang };
  const sections = [
    { title: t('people.new.who'), fields: personFields(words, state, initial) },
    {
      title: t('people.new.number'),
      text: t('people.new.numberText'),
      fields: identifierFields(words, state),
    },
    {
      title: t('people.new.work', { organisation: place.organisationName }),
      fields: affiliationFields({ words, units, rules, state, initial }),
    },
  ];
  return {
    header: {
      title: t('people.new.title'),
      breadcrumbs: crumbsOf(
        place,
        { text: t('people.title'), href: paths.people(organisation.id) },
        { text: t('people.new.title') },
      ),
    },
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.newPerson(organisation.id),
    sections,
    submit: t('people.new.submit'),
    cancelHref: paths.people(organisation.id),
  };
}

export interface KnownPerson {
  readonly givenName: string;
  readonly familyName: string;
  readonly maskedMail: string;
}

/** "The site knows this person already: do you mean them?" The form travels along, unseen. */
export function buildExistingPage(
  place: Place,
  known: KnownPerson,
  typed: Readonly<Record<string, string | string[]>>,
): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const fields = Object.fromEntries(
    Object.entries(typed).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  return {
    header: {
      title: t('people.existing.title'),
      breadcrumbs: crumbsOf(
        place,
        { text: t('people.title'), href: paths.people(organisation.id) },
        { text: t('people.existing.title') },
      ),
    },
    notice: { kind: 'info', text: t('people.existing.text') },
    facts: {
      items: [
        { term: t('people.field.name'), text: `${known.givenName} ${known.familyName}` },
        { term: t('people.field.mail'), text: known.maskedMail },
      ],
    },
    confirm: {
      action: paths.newPerson(organisation.id),
      consequences: [
        { text: t('people.existing.keeps') },
        { text: t('people.existing.adds', { organisation: place.organisationName }) },
      ],
      confirm: t('people.existing.submit'),
      cancelHref: paths.newPerson(organisation.id),
      danger: false,
      fields: { ...fields, existing: 'on' },
    },
  };
}

export function buildEditPage(place: Place, person: PersonFile, state: FormState): FormPage {
  const { words, organisation } = place;
  const { t } = words;
  const { givenName, familyName, mail, language } = person;
  const sections = [{ fields: personFields(words, state, { givenName, familyName, mail, language }) }];
  return {
    header: personHeader(place, person, t('people.edit.title')),
    errors: state.fields,
    labels: labelsOf(sections),
    notice: { kind: 'info', text: t('people.edit.text') },
    action: paths.editPerson(organisation.id, person.id),
    hidden: { version: String(person.version) },
    sections,
    submit: t('common.form.save'),
    cancelHref: paths.person(organisation.id, person.id),
  };
}

export function buildEditConflict(
  place: Place,
  person: PersonFile,
  typed: Readonly<Record<string, string | string[]>>,
  lastChange: LastChange,
): ConflictPage {
  const { t } = place.words;
  const action = paths.editPerson(place.organisation.id, person.id);
  const rows = (['givenName', 'familyName', 'mail', 'language'] as const).map((name) => ({
    label: t(`people.field.${name}`),
    current: person[name],
    yours: String(typed[name] ?? ''),
  }));
  return {
    header: personHeader(place, person, t('people.edit.title')),
    action,
    typed: { ...typed, version: String(person.version) },
    conflict: { ...lastChange, rows, reloadHref: action },
  };
}

/** @param again why it is asked again: an organisation would lose its last head, or somebody changed the person. */
export function buildDisablePage(
  place: Place,
  person: PersonFile,
  again?: 'last_administrator' | 'stale_edit',
): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const running = <Item extends { until: Date | null; cancelledAt?: Date | null }>(items: readonly Item[]) =>
    items.filter((item) => !item.cancelledAt && (item.until === null || item.until > place.now)).length;
  return {
    header: personHeader(place, person, t('people.disable.title')),
    notice: again === 'stale_edit' ? staleNotice(words) : undefined,
    confirm: {
      action: paths.disablePerson(organisation.id, person.id),
      text: t('people.disable.text', { person: `${person.givenName} ${person.familyName}` }),
      consequences: [
        {
          count: running(person.assignments),
          text: t('people.disable.assignments', { count: running(person.assignments) }),
        },
        {
          count: running(person.administrations),
          text: t('people.disable.administrations', { count: running(person.administrations) }),
        },
        { text: t('people.disable.sessions') },
        { text: t('people.disable.back') },
      ],
      confirm: t('people.disable.submit'),
      cancelHref: paths.person(organisation.id, person.id),
      fields: { version: String(person.version) },
    },
    fields: [
      { name: 'reason', label: t('affiliations.end.reason'), optional: true, maxlength: 500, width: 'full' },
      ...(again === 'last_administrator'
        ? [
            {
              name: 'acknowledgeLast',
              type: 'checkbox' as const,
              label: t('affiliations.acknowledgeLast'),
              error: words.error({ code: 'last_administrator' }),
            },
          ]
        : []),
    ],
  };
}

function personHeader(place: Place, person: PersonFile, title: string) {
  const { t } = place.words;
  const name = `${person.givenName} ${person.familyName}`;
  return {
    title,
    subtitle: name,
    breadcrumbs: crumbsOf(
      place,
      { text: t('people.title'), href: paths.people(place.organisation.id) },
      { text: name, href: paths.person(place.organisation.id, person.id) },
      { text: title },
    ),
  };
}
