// Builds the forms for making, changing and ending an organisation. Reads nothing itself.
import type { T } from '../../platform/i18n.ts';
import { fieldStates } from '../../web/form.ts';
import {
  labelsOf,
  type ConfirmPage,
  type ConflictPage,
  type FormPage,
  type FormState,
  staleNotice,
} from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import type { LastChange } from '../administration/index.ts';
import { organisationSchemes } from './identifiers.model.ts';
import { nameFields, namesTyped, numberFields, numbersTyped } from './organisations.forms.ts';
import { nameIn } from './organisations.model.ts';
import { crumbsOf, type Place } from './organisations.place.ts';
import type { EndConsequences, TargetGroupItem } from './organisations.queries.ts';

export function buildNewPage(words: T, groups: readonly TargetGroupItem[], state: FormState): FormPage {
  const { t } = words;
  const field = fieldStates(words, state);
  const text = (name: string) => ({ name, label: t(`organisations.field.${name}`), ...field(name) });
  const sections = [
    {
      fields: [
        { ...text('code'), hint: t('organisations.hint.code'), width: 'short' as const, maxlength: 64 },
        { ...text('name'), maxlength: 200 },
        ...nameFields(words, state, {}),
        {
          ...text('targetGroup'),
          type: 'select' as const,
          prompt: t('organisations.choose'),
          options: groups.map((group) => ({
            value: group.id,
            text: t('organisations.targetGroups.withScheme', {
              name: nameIn(group.names, words.lang, group.code),
              scheme: t(`organisations.scheme.${group.identifierScheme}`),
            }),
          })),
        },
        { ...text('identifier'), optional: true, hint: t('organisations.hint.identifier') },
        { ...text('parent'), optional: true, hint: t('organisations.hint.parent') },
        { ...text('contactMail'), type: 'email' as const, optional: true },
      ],
    },
  ];
  return {
    header: {
      title: t('organisations.new.title'),
      breadcrumbs: [
        { text: t('organisations.title'), href: paths.organisations() },
        { text: t('organisations.new.title') },
      ],
    },
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.newOrganisation(),
    sections,
    submit: t('organisations.new.submit'),
    cancelHref: paths.organisations(),
  };
}

export function buildEditPage(place: Place, parentCode: string, state: FormState): FormPage {
  const { words, organisation } = place;
  const { t } = words;
  const initial = {
    name: organisation.name,
    parent: parentCode,
    contactMail: organisation.contactMail ?? '',
    ...namesTyped(organisation.names),
    ...numbersTyped(organisation.identifiers),
  };
  const operates = place.powers.has('site.operate');
  const field = fieldStates(words, { ...state, initial });
  const text = (name: string) => ({ name, label: t(`organisations.field.${name}`), ...field(name) });
  const sections = [
    {
      fields: [
        { ...text('name'), maxlength: 200 },
        ...nameFields(words, state, initial),
        {
          ...text('contactMail'),
          type: 'email' as const,
          optional: true,
          hint: t('organisations.hint.contactMail'),
        },
        ...(operates ? [{ ...text('parent'), optional: true, hint: t('organisations.hint.move') }] : []),
      ],
    },
    ...(operates
      ? [
          {
            title: t('organisations.numbers'),
            text: t('organisations.hint.numbers'),
            fields: numberFields(words, state, initial, organisation.identifierScheme),
          },
        ]
      : []),
  ];
  const title = t('organisations.edit.title');
  return {
    header: { title, subtitle: place.organisationName, breadcrumbs: crumbsOf(place, { text: title }) },
    errors: state.fields,
    labels: labelsOf(sections),
    action: paths.editOrganisation(organisation.id),
    hidden: { version: String(organisation.version) },
    sections,
    submit: t('common.form.save'),
    cancelHref: paths.organisation(organisation.id),
  };
}

export function buildEditConflict(
  place: Place,
  parentCode: string,
  typed: Readonly<Record<string, string | string[]>>,
  lastChange: LastChange,
): ConflictPage {
  const { words, organisation } = place;
  const { t } = words;
  const title = t('organisations.edit.title');
  const numbers = numbersTyped(organisation.identifiers);
  const asked = organisationSchemes.filter((scheme) => scheme in typed);
  const current: Record<string, string> = {
    name: organisation.name,
    ...namesTyped(organisation.names),
    contactMail: organisation.contactMail ?? '',
    ...('parent' in typed ? { parent: parentCode } : {}),
    ...Object.fromEntries(asked.map((scheme) => [scheme, numbers[scheme] ?? ''])),
  };
  const label = (name: string): string => {
    if (asked.some((scheme) => scheme === name)) return t(`organisations.scheme.${name}`);
    const lang = /^name(..)$/.exec(name)?.[1]?.toLowerCase();
    return lang === undefined ? t(`organisations.field.${name}`) : t(`organisations.nameIn.${lang}`);
  };
  const action = paths.editOrganisation(organisation.id);
  return {
    header: { title, subtitle: place.organisationName, breadcrumbs: crumbsOf(place, { text: title }) },
    action,
    typed: { ...typed, version: String(organisation.version) },
    conflict: {
      ...lastChange,
      rows: Object.entries(current).map(([name, value]) => ({
        label: label(name),
        current: value,
        yours: String(typed[name] ?? ''),
      })),
      reloadHref: action,
    },
  };
}

/** Before a move that takes administrations along: the form again, hidden, with what follows from it. */
export function buildMovePage(
  place: Place,
  typed: Readonly<Record<string, string | string[]>>,
  count: number,
): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const title = t('organisations.move.title');
  const fields = Object.entries(typed).flatMap(([name, value]) =>
    typeof value === 'string' && name !== '_csrf' ? [[name, value] as const] : [],
  );
  return {
    header: { title, subtitle: place.organisationName, breadcrumbs: crumbsOf(place, { text: title }) },
    confirm: {
      action: paths.editOrganisation(organisation.id),
      text: t('organisations.move.text', { organisation: place.organisationName }),
      consequences: [{ count, text: t('organisations.move.administrations', { count }) }],
      confirm: t('organisations.move.submit'),
      cancelHref: paths.editOrganisation(organisation.id),
      fields: { ...Object.fromEntries(fields), acknowledgeMove: 'on' },
    },
  };
}

export function buildEndPage(
  place: Place,
  counts: EndConsequences,
  error?: { readonly code: string },
): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const title = t('organisations.end.title');
  const line = (name: 'people' | 'assignments' | 'administered' | 'children', count: number) =>
    count === 0 ? [] : [{ count, text: t(`organisations.end.${name}`, { count }) }];
  const acknowledge = {
    name: 'acknowledgeLast',
    type: 'checkbox' as const,
    label: t('organisations.end.acknowledge'),
    ...(error?.code === 'last_administrator' ? { error: t('errors.last_administrator.text') } : {}),
  };
  return {
    header: { title, subtitle: place.organisationName, breadcrumbs: crumbsOf(place, { text: title }) },
    notice: error?.code === 'stale_edit' ? staleNotice(words) : undefined,
    confirm: {
      action: paths.endOrganisation(organisation.id),
      text: t('organisations.end.text', { organisation: place.organisationName }),
      consequences: [
        ...line('people', counts.people),
        ...line('assignments', counts.assignments),
        ...line('administered', counts.administrations),
        ...line('children', counts.children),
        { text: t('organisations.end.rights') },
        { text: t('organisations.end.administrations') },
      ],
      confirm: t('organisations.end.submit'),
      cancelHref: paths.organisation(organisation.id),
      fields: { version: String(organisation.version) },
    },
    fields: [
      { name: 'reason', label: t('affiliations.end.reason'), optional: true, maxlength: 500, width: 'full' },
      ...(counts.heads > 0 ? [acknowledge] : []),
    ],
  };
}
