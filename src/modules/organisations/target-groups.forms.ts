// Builds the pages about target groups. Reads nothing itself.
import { z } from 'zod';
import type { T } from '../../platform/i18n.ts';
import { fieldStates, formField, type Typed } from '../../web/form.ts';
import { labelsOf, type ConflictPage, type FormPage, type FormState } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import type { LastChange } from '../administration/index.ts';
import type { Field, Table } from '../../web/view-models.ts';
import { organisationSchemes } from './identifiers.model.ts';
import { nameFields, namesTyped, ruleSections, rulesTyped } from './organisations.forms.ts';
import { nameIn } from './organisations.model.ts';
import type { TargetGroupItem } from './organisations.queries.ts';

/** For questions that send nothing but the version they were asked about. */
export const versionForm = z.object({ version: formField.version() });

export function buildTargetGroupsPage(words: T, groups: readonly TargetGroupItem[]) {
  const { t } = words;
  const table: Table = {
    caption: t('organisations.targetGroups.title'),
    columns: [
      { key: 'name', text: t('organisations.field.name') },
      { key: 'code', text: t('organisations.field.code') },
      { key: 'scheme', text: t('organisations.field.scheme') },
      { key: 'organisations', text: t('organisations.title'), numeric: true },
    ],
    rows: groups.map((group) => ({
      cells: {
        name: { text: nameIn(group.names, words.lang, group.code), href: paths.editTargetGroup(group.id) },
        code: group.code,
        scheme: t(`organisations.scheme.${group.identifierScheme}`),
        organisations: {
          text: words.number(group.organisations),
          href: `${paths.organisations()}?group=${group.id}`,
        },
      },
    })),
    empty: {
      title: t('organisations.targetGroups.none'),
      text: t('organisations.targetGroups.noneText'),
      action: { text: t('organisations.targetGroups.new'), href: paths.newTargetGroup() },
    },
  };
  return {
    header: {
      title: t('organisations.targetGroups.title'),
      subtitle: t('organisations.targetGroups.subtitle'),
      breadcrumbs: [
        { text: t('organisations.title'), href: paths.organisations() },
        { text: t('organisations.targetGroups.title') },
      ],
      actions: [
        {
          text: t('common.filter.export'),
          href: paths.exportTargetGroups(),
          kind: 'quiet' as const,
          icon: 'download',
        },
        {
          text: t('organisations.targetGroups.new'),
          href: paths.newTargetGroup(),
          kind: 'primary' as const,
          icon: 'plus',
        },
      ],
    },
    table,
  };
}

/** A new target group, or with `group` a change of one. */
export function buildTargetGroupPage(words: T, state: FormState, group?: TargetGroupItem): FormPage {
  const { t } = words;
  const initial = group ? { ...namesTyped(group.names), ...rulesTyped(group.affiliationRules) } : {};
  const field = fieldStates(words, { ...state, initial });
  const identity = group
    ? []
    : [
        {
          name: 'code',
          label: t('organisations.field.code'),
          hint: t('organisations.hint.code'),
          maxlength: 64,
          width: 'short' as const,
          ...field('code'),
        },
        {
          name: 'scheme',
          type: 'select' as const,
          label: t('organisations.field.scheme'),
          ...field('scheme'),
          options: organisationSchemes.map((value) => ({ value, text: t(`organisations.scheme.${value}`) })),
        },
      ];
  const sections = [
    { fields: [...identity, ...nameFields(words, state, initial, 'nl')] },
    ...ruleSections(words, state, initial),
  ];
  const title = t(group ? 'organisations.targetGroups.edit' : 'organisations.targetGroups.new');
  return {
    header: {
      title,
      ...(group ? { subtitle: nameIn(group.names, words.lang, group.code) } : {}),
      breadcrumbs: [
        { text: t('organisations.title'), href: paths.organisations() },
        { text: t('organisations.targetGroups.title'), href: paths.targetGroups() },
        { text: title },
      ],
    },
    errors: state.fields,
    labels: labelsOf(sections),
    ...(group ? { notice: { kind: 'info' as const, text: t('organisations.targetGroups.fromNow') } } : {}),
    action: group ? paths.editTargetGroup(group.id) : paths.newTargetGroup(),
    ...(group ? { hidden: { version: String(group.version) } } : {}),
    sections,
    submit: group ? t('common.form.save') : t('organisations.targetGroups.submit'),
    cancelHref: paths.targetGroups(),
  };
}

/** Somebody else changed it meanwhile: every field of the form, as it stands and as it was typed. */
export function buildTargetGroupConflict(
  words: T,
  group: TargetGroupItem,
  typed: Typed,
  lastChange: LastChange,
): ConflictPage {
  const fieldsOf = (state: FormState) =>
    buildTargetGroupPage(words, state, group).sections.flatMap((section) =>
      section.fields.flat().map((field) => ({ section: section.title, field })),
    );
  const yours = fieldsOf({ typed });
  const { header, action } = buildTargetGroupPage(words, {}, group);
  return {
    header,
    action,
    typed: { ...typed, version: String(group.version) },
    conflict: {
      ...lastChange,
      rows: fieldsOf({}).map(({ section, field }, index) => ({
        label: section === undefined ? field.label : `${section}: ${field.label}`,
        current: shownValue(field),
        yours: shownValue(yours[index]?.field),
      })),
      reloadHref: action,
    },
  };
}

/** What a field says, choices by their names. */
function shownValue(field: Field | undefined): string {
  const chosen = [field?.value ?? []].flat().filter((value) => value !== '');
  return chosen
    .map((value) => field?.options?.find((option) => option.value === value)?.text ?? value)
    .join(', ');
}
