// Builds the page of one organisation with its units, and the forms about units. Reads nothing itself.
import { fieldStates } from '../../web/form.ts';
import {
  labelsOf,
  type ConfirmPage,
  type ConflictPage,
  type FormPage,
  type FormState,
} from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { html } from '../../web/templates.ts';
import { periodTag, type Action, type Option, type Table, type TableCell } from '../../web/view-models.ts';
import { formatIdentifier } from './identifiers.model.ts';
import { nameIn } from './organisations.model.ts';
import { crumbsOf, type Place } from './organisations.place.ts';
import type { OrganisationItem } from './organisations.queries.ts';
import type { UnitItem } from './units.queries.ts';

export function buildOrganisationPage(
  place: Place,
  units: readonly UnitItem[],
  children: readonly OrganisationItem[],
) {
  const { words, organisation, powers, now } = place;
  const { t } = words;
  const mayChange = powers.has('organisation.change');
  const detailActions: Action[] = [
    ...(mayChange
      ? [
          {
            text: t('organisations.action.edit'),
            href: paths.editOrganisation(organisation.id),
            kind: 'quiet' as const,
            icon: 'edit',
          },
        ]
      : []),
    ...(powers.has('organisation.create') && (organisation.until === null || organisation.until > now)
      ? [
          {
            text: t('organisations.action.end'),
            href: paths.endOrganisation(organisation.id),
            kind: 'quiet' as const,
          },
        ]
      : []),
  ];
  return {
    header: {
      title: place.organisationName,
      subtitle: nameIn(organisation.targetGroupNames, words.lang),
      tags: [periodTag(words, organisation.from, organisation.until, now)],
      actions: [
        {
          text: t('organisations.action.administrators'),
          href: paths.administrators(organisation.id),
          icon: 'administrators',
        },
        ...(powers.has('person.view')
          ? [
              {
                text: t('people.title'),
                href: paths.people(organisation.id),
                kind: 'primary' as const,
                icon: 'people',
              },
            ]
          : []),
      ],
    },
    facts: { columns: 2 as const, items: factsOf(place) },
    detailActions: detailActions.length === 0 ? undefined : detailActions,
    units: unitTable(place, units, mayChange),
    unitActions: mayChange
      ? [
          {
            text: t('organisations.units.new'),
            href: paths.units(organisation.id),
            kind: 'quiet' as const,
            icon: 'plus',
          },
        ]
      : undefined,
    children: children.length === 0 ? undefined : childTable(place, children),
  };
}

function factsOf({ words, organisation, zone }: Place) {
  const { t } = words;
  return [
    { term: t('organisations.field.code'), copy: organisation.code },
    ...organisation.identifiers.map(({ scheme, value }) => ({
      term: t(`organisations.scheme.${scheme}`),
      copy: formatIdentifier(scheme, value),
    })),
    { term: t('organisations.field.parent'), text: organisation.parentName ?? t('organisations.noParent') },
    { term: t('organisations.field.contactMail'), text: organisation.contactMail ?? '' },
    { term: t('organisations.field.since'), text: words.date(organisation.from, zone) },
  ];
}

function unitTable({ words, organisation }: Place, units: readonly UnitItem[], mayChange: boolean): Table {
  const { t } = words;
  return {
    caption: t('organisations.units.title'),
    columns: [
      { key: 'name', text: t('organisations.field.name') },
      { key: 'code', text: t('organisations.field.code') },
      { key: 'people', text: t('organisations.units.people'), numeric: true },
      ...(mayChange ? [{ key: 'actions', text: t('organisations.field.actions'), hidden: true }] : []),
    ],
    rows: units.map((unit) => ({
      cells: {
        name: unitCell(unit, `${paths.people(organisation.id)}?unit=${unit.id}`),
        code: unit.code,
        people: unit.affiliations,
        actions: {
          actions: [
            {
              text: t('organisations.action.change'),
              label: unit.name,
              href: paths.editUnit(organisation.id, unit.id),
            },
            {
              text: t('organisations.action.endUnit'),
              label: unit.name,
              href: paths.endUnit(organisation.id, unit.id),
            },
          ],
        },
      },
    })),
    empty: {
      title: t('organisations.units.none'),
      text: t('organisations.units.noneText'),
      icon: 'organisations',
    },
  };
}

/** The place in the tree is drawn before the link, so that the line under it does not reach into the margin. */
function unitCell(unit: UnitItem, href: string): TableCell {
  if (unit.depth === 0) return { text: unit.name, href };
  const branch = `${'\u2003'.repeat(unit.depth - 1)}└\u2002`;
  return {
    html: html`<span class="muted" aria-hidden="true">${branch}</span><a href="${href}">${unit.name}</a>`,
  };
}

function childTable({ words, now }: Place, children: readonly OrganisationItem[]): Table {
  const { t } = words;
  return {
    caption: t('organisations.children'),
    columns: [
      { key: 'name', text: t('organisations.field.name') },
      { key: 'code', text: t('organisations.field.code') },
      { key: 'state', text: t('organisations.field.state') },
    ],
    rows: children.map((one) => ({
      cells: {
        name: { text: nameIn(one.names, words.lang, one.name), href: paths.organisation(one.id) },
        code: one.code,
        state: { tags: [periodTag(words, one.from, one.until, now)] },
      },
    })),
  };
}

/** Everything but the unit itself and what lies below it. */
function parentOptions(units: readonly UnitItem[], moved?: UnitItem): Option[] {
  const excluded = new Set(moved ? [moved.id] : []);
  for (const unit of units) if (unit.parentId !== null && excluded.has(unit.parentId)) excluded.add(unit.id);
  return units
    .filter((unit) => !excluded.has(unit.id))
    .map((unit) => ({ value: unit.id, text: `${'\u2003'.repeat(unit.depth)}${unit.name}` }));
}

/** A new unit, or with `unit` a change of one. */
export function buildUnitPage(
  place: Place,
  units: readonly UnitItem[],
  state: FormState,
  unit?: UnitItem,
): FormPage {
  const { words, organisation } = place;
  const { t } = words;
  const initial = unit ? { name: unit.name, parent: unit.parentId ?? '' } : {};
  const field = fieldStates(words, { ...state, initial });
  const code = {
    ...{
      name: 'code',
      label: t('organisations.field.code'),
      hint: t('organisations.hint.unitCode'),
      maxlength: 64,
    },
    ...{ width: 'short' as const, ...field('code') },
  };
  const sections = [
    {
      fields: [
        ...(unit ? [] : [code]),
        { name: 'name', label: t('organisations.field.name'), maxlength: 200, ...field('name') },
        {
          ...{ name: 'parent', label: t('organisations.units.parent'), type: 'select' as const },
          ...{
            prompt: t('organisations.units.top'),
            options: parentOptions(units, unit),
            ...field('parent'),
          },
        },
      ],
    },
  ];
  const title = t(unit ? 'organisations.units.edit' : 'organisations.units.new');
  return {
    header: {
      title,
      subtitle: unit?.name ?? place.organisationName,
      breadcrumbs: crumbsOf(place, { text: title }),
    },
    errors: state.fields,
    labels: labelsOf(sections),
    action: unit ? paths.editUnit(organisation.id, unit.id) : paths.units(organisation.id),
    ...(unit ? { hidden: { version: String(unit.version) } } : {}),
    sections,
    submit: unit ? t('common.form.save') : t('organisations.units.submit'),
    cancelHref: paths.organisation(organisation.id),
  };
}

export function buildUnitConflict(
  place: Place,
  units: readonly UnitItem[],
  unit: UnitItem,
  typed: Readonly<Record<string, string | string[]>>,
  changedAt: Date,
): ConflictPage {
  const { t } = place.words;
  const title = t('organisations.units.edit');
  const nameOf = (id: string | null) =>
    units.find((one) => one.id === id)?.name ?? t('organisations.units.top');
  const action = paths.editUnit(place.organisation.id, unit.id);
  return {
    header: { title, subtitle: unit.name, breadcrumbs: crumbsOf(place, { text: title }) },
    action,
    typed: { ...typed, version: String(unit.version) },
    conflict: {
      changedAt,
      rows: [
        { label: t('organisations.field.name'), current: unit.name, yours: String(typed['name'] ?? '') },
        {
          label: t('organisations.units.parent'),
          current: nameOf(unit.parentId),
          yours: nameOf(String(typed['parent'] ?? '')),
        },
      ],
      reloadHref: action,
    },
  };
}

export function buildUnitEndPage(place: Place, unit: UnitItem): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const title = t('organisations.units.end');
  return {
    header: { title, subtitle: unit.name, breadcrumbs: crumbsOf(place, { text: title }) },
    ...(unit.affiliations === 0
      ? {}
      : {
          notice: {
            kind: 'warning' as const,
            text: t('organisations.units.inUse', { count: unit.affiliations }),
          },
        }),
    confirm: {
      action: paths.endUnit(organisation.id, unit.id),
      text: t('organisations.units.endText', { unit: unit.name }),
      consequences: [],
      confirm: t('organisations.units.endSubmit'),
      cancelHref: paths.organisation(organisation.id),
      fields: { version: String(unit.version) },
    },
  };
}
