// Builds what the pages about affiliations show. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import type { Flash } from '../../web/flash.ts';
import { fieldStates, type FieldErrors } from '../../web/form.ts';
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
import type { Confirm, PageHeader } from '../../web/view-models.ts';
import { crumbsOf, type Place, type UnitItem } from '../organisations/index.ts';
import type { Consequences } from './affiliations.commands.ts';
import { affiliationFields, typedFrom, typeHint, type undoable } from './affiliations.forms.ts';
import type { AffiliationDetails } from './affiliations.model.ts';
import type { ShownAffiliation } from './affiliations.queries.ts';

export interface AffiliationPlace extends Place {
  readonly person: { readonly id: string; readonly name: string };
  readonly ownPersonId: string;
}

/** The button that takes it back, under the message that it was done. */
export function undoFlash(
  words: T,
  where: { readonly organisationId: string; readonly personId: string; readonly affiliationId: string },
  of: (typeof undoable)[number],
  undoId: string | undefined,
): Pick<Flash, 'undo'> {
  if (undoId === undefined) return {};
  const action = paths.undoAffiliation(where.organisationId, where.personId, where.affiliationId);
  return { undo: { action, label: words.t('common.undo'), fields: { undo: undoId, of } } };
}

const placeOf = ({ organisation, person }: AffiliationPlace): [string, string] => [
  organisation.id,
  person.id,
];

function headerOf(place: AffiliationPlace, title: string): PageHeader {
  const { words, organisation, person } = place;
  const breadcrumbs = crumbsOf(
    place,
    { text: words.t('people.title'), href: paths.people(organisation.id) },
    { text: person.name, href: paths.person(organisation.id, person.id) },
    { text: title },
  );
  return { title, subtitle: person.name, breadcrumbs };
}

export function buildNewPage(
  place: AffiliationPlace,
  units: readonly UnitItem[],
  state: FormState,
): FormPage {
  const { words, organisation, now, zone } = place;
  const { t } = words;
  const initial = { type: 'employee', from: localDateOf(now, zone) };
  const rules = organisation.affiliationRules;
  const sections = [{ fields: affiliationFields({ words, units, rules, state, initial }) }];
  return {
    header: headerOf(place, t('affiliations.new.title')),
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.newAffiliation(...placeOf(place)),
    sections,
    submit: t('affiliations.new.submit'),
    cancelHref: paths.person(...placeOf(place)),
  };
}

export function buildEditPage(
  place: AffiliationPlace,
  shown: ShownAffiliation,
  units: readonly UnitItem[],
  state: FormState & { readonly consequences?: Consequences; readonly lastAdministrator?: boolean },
): FormPage {
  const { words, organisation, zone } = place;
  const { t } = words;
  const initial = typedFrom(shown, zone);
  const input = { words, units, rules: organisation.affiliationRules, state, initial, fixedType: shown.type };
  const fields = affiliationFields(input);
  const states = fieldStates(words, state);
  if (state.consequences) {
    fields.push({
      name: 'acknowledge',
      type: 'checkbox',
      label: t('affiliations.edit.acknowledge'),
      ...states('acknowledge'),
    });
  }
  if (state.lastAdministrator) fields.push(lastAdministratorField(place, state));
  const text = typeHint(words, shown.type, organisation.affiliationRules);
  const sections = [{ title: t(`affiliations.type.${shown.type}`), text, fields }];
  return {
    header: headerOf(place, t('affiliations.edit.title')),
    errors: state.fields,
    labels: labelsOf(sections),
    notice: state.consequences && {
      kind: 'warning',
      title: t('affiliations.edit.consequencesTitle'),
      text: consequencesOf(place, state.consequences)
        .map(({ count, text }) => (count === undefined ? text : `${words.number(count)} ${text}`))
        .join(' · '),
    },
    action: paths.editAffiliation(...placeOf(place), shown.id),
    hidden: { version: String(shown.version) },
    sections,
    submit: t('common.form.save'),
    cancelHref: paths.person(...placeOf(place)),
  };
}

export function buildEndPage(
  place: AffiliationPlace,
  shown: ShownAffiliation,
  consequences: Consequences,
  state: FormState & { readonly lastAdministrator?: boolean; readonly changedMeanwhile?: boolean },
): ConfirmPage {
  const { words, now, zone, organisationName, person } = place;
  const { t } = words;
  const begun = shown.from <= now;
  const states = fieldStates(words, { ...state, initial: { when: 'now', on: localDateOf(now, zone) } });
  const when = [
    { value: 'now', text: t(begun ? 'affiliations.end.now' : 'affiliations.end.cancel') },
    ...(begun ? [{ value: 'on', text: t('affiliations.end.on') }] : []),
  ];
  const own = shown.personId === place.ownPersonId;
  const confirm: Confirm = {
    action: paths.endAffiliation(...placeOf(place), shown.id),
    text: t('affiliations.end.text', { person: person.name, organisation: organisationName }),
    consequences: [
      ...consequencesOf(place, consequences),
      { text: t('affiliations.end.sessions') },
      { text: t(own ? 'affiliations.end.noUndo' : 'affiliations.end.undo') },
    ],
    confirm: t('affiliations.end.submit'),
    cancelHref: paths.person(...placeOf(place)),
    fields: { version: String(shown.version) },
  };
  return {
    header: headerOf(place, t('affiliations.end.title')),
    notice: state.changedMeanwhile ? staleNotice(words) : undefined,
    errors: state.fields,
    labels: { on: t('affiliations.end.lastDay'), acknowledgeLast: t('affiliations.acknowledgeLast') },
    facts: { items: factsOf(place, shown) },
    confirm,
    fields: [
      { name: 'when', type: 'radio', label: t('affiliations.end.when'), options: when, ...states('when') },
      ...(begun
        ? [{ name: 'on', type: 'date' as const, label: t('affiliations.end.lastDay'), ...states('on') }]
        : []),
      {
        name: 'reason',
        label: t('affiliations.end.reason'),
        optional: true,
        maxlength: 500,
        width: 'full',
        ...states('reason'),
      },
      ...(state.lastAdministrator ? [lastAdministratorField(place, state)] : []),
    ],
  };
}

/** Both versions, field by field, in words. */
export function buildConflictPage(
  place: AffiliationPlace,
  input: {
    readonly shown: ShownAffiliation;
    readonly yours: AffiliationDetails;
    readonly typed: Record<string, string | string[]>;
    readonly lastChange: LastChange;
    readonly units: readonly UnitItem[];
  },
): ConflictPage {
  const { t } = place.words;
  const { shown, yours, typed, units } = input;
  const rows = (['unit', 'function', 'contactMail', 'from', 'until'] as const).map((name) => ({
    label: name === 'from' || name === 'until' ? t(`common.period.${name}`) : t(`affiliations.field.${name}`),
    current: inWords(place, shown, units)[name],
    yours: inWords(place, yours, units)[name],
  }));
  const action = paths.editAffiliation(...placeOf(place), shown.id);
  return {
    header: headerOf(place, t('affiliations.edit.title')),
    action,
    typed: { ...typed, version: String(shown.version) },
    conflict: { ...input.lastChange, rows, reloadHref: action },
  };
}

function inWords(place: AffiliationPlace, details: AffiliationDetails, units: readonly UnitItem[]) {
  const { words } = place;
  return {
    unit: units.find((unit) => unit.id === details.unitId)?.name ?? '',
    function: details.functionTitle ?? '',
    contactMail: details.contactMail ?? '',
    from: words.date(details.from),
    until: words.until(details.until),
  };
}

function factsOf({ words, organisationName }: AffiliationPlace, shown: ShownAffiliation) {
  const { t } = words;
  return [
    { term: t('affiliations.field.organisation'), text: organisationName },
    { term: t('affiliations.field.type'), text: t(`affiliations.type.${shown.type}`) },
    ...(shown.unitName === null ? [] : [{ term: t('affiliations.field.unit'), text: shown.unitName }]),
    ...(shown.functionTitle === null
      ? []
      : [{ term: t('affiliations.field.function'), text: shown.functionTitle }]),
    { term: t('affiliations.field.period'), period: { from: shown.from, until: shown.until } },
  ];
}

/** Figures with what they count; nothing that is zero. */
export function consequencesOf(place: Pick<Place, 'words'>, consequences: Consequences) {
  const { t } = place.words;
  return (['assignments', 'administrations', 'delegated'] as const)
    .filter((name) => consequences[name] > 0)
    .map((name) => ({
      count: consequences[name],
      text: t(`affiliations.consequence.${name}`, { count: consequences[name] }),
    }));
}

function lastAdministratorField({ words }: Pick<Place, 'words'>, state: FormState) {
  const error: FieldErrors = { acknowledgeLast: { code: 'last_administrator' } };
  const states = fieldStates(words, { ...state, fields: { ...error, ...state.fields } });
  return {
    name: 'acknowledgeLast',
    type: 'checkbox' as const,
    label: words.t('affiliations.acknowledgeLast'),
    ...states('acknowledgeLast'),
  };
}
