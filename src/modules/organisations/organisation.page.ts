// Builds the page of one organisation with its units and what lies below it. Reads nothing itself.
import { paths } from '../../web/paths.ts';
import { html } from '../../web/templates.ts';
import { periodTag, type Action, type Table, type TableCell } from '../../web/view-models.ts';
import { formatIdentifier } from './identifiers.model.ts';
import { nameIn } from './organisations.model.ts';
import type { Place } from './organisations.place.ts';
import type { OrganisationItem } from './organisations.list.ts';
import type { UnitItem } from './units.queries.ts';

export function buildOrganisationPage(
  place: Place,
  units: readonly UnitItem[],
  children: readonly OrganisationItem[],
) {
  const { words, organisation, powers, now } = place;
  const mayChange = powers.has('organisation.change');
  const details = detailActions(place);
  const shown = unitActions(place, units);
  return {
    header: {
      title: place.organisationName,
      subtitle: nameIn(organisation.targetGroupNames, words.lang),
      tags: [periodTag(words, organisation.from, organisation.until, now)],
      actions: headerActions(place),
    },
    facts: { columns: 2 as const, items: factsOf(place) },
    detailActions: details.length === 0 ? undefined : details,
    units: unitTable(place, units, mayChange),
    unitActions: shown.length === 0 ? undefined : shown,
    children: children.length === 0 ? undefined : childTable(place, children),
    childActions: [
      {
        text: words.t('organisations.allBelow', { count: organisation.children }),
        href: `${paths.organisations()}?parent=${organisation.id}&ended=yes`,
        kind: 'quiet' as const,
      },
    ],
  };
}

function headerActions({ words, organisation, powers }: Place): Action[] {
  const { t } = words;
  const administrators: Action = {
    text: t('organisations.action.administrators'),
    href: paths.administrators(organisation.id),
    icon: 'administrators',
  };
  const offered: Action = {
    text: t('organisations.action.offered'),
    href: paths.offeredRights(organisation.id),
    icon: 'rights',
  };
  const people: Action = {
    text: t('people.title'),
    href: paths.people(organisation.id),
    kind: 'primary',
    icon: 'people',
  };
  return [
    administrators,
    ...(powers.has('assignment.grant') ? [offered] : []),
    ...(powers.has('person.view') ? [people] : []),
  ];
}

function detailActions({ words, organisation, powers, now }: Place): Action[] {
  const { t } = words;
  const runs = organisation.until === null || organisation.until > now;
  const edit: Action = {
    text: t('organisations.action.edit'),
    href: paths.editOrganisation(organisation.id),
    kind: 'quiet',
    icon: 'edit',
  };
  const end: Action = {
    text: t('organisations.action.end'),
    href: paths.endOrganisation(organisation.id),
    kind: 'quiet',
  };
  return [
    ...(powers.has('organisation.change') ? [edit] : []),
    ...(powers.has('organisation.create') && runs ? [end] : []),
  ];
}

function unitActions({ words, organisation, powers }: Place, units: readonly UnitItem[]): Action[] {
  const { t } = words;
  const takeAlong: Action = {
    text: t('common.filter.export'),
    href: paths.exportUnits(organisation.id),
    kind: 'quiet',
    icon: 'download',
  };
  const add: Action = {
    text: t('organisations.units.new'),
    href: paths.units(organisation.id),
    kind: 'quiet',
    icon: 'plus',
  };
  return [...(units.length > 0 ? [takeAlong] : []), ...(powers.has('organisation.change') ? [add] : [])];
}

function factsOf({ words, organisation, zone }: Place) {
  const { t } = words;
  return [
    { term: t('organisations.field.code'), copy: organisation.code },
    ...organisation.identifiers.map(({ scheme, value }) => ({
      term: t(`organisations.scheme.${scheme}`),
      copy: formatIdentifier(scheme, value),
    })),
    {
      term: t('organisations.field.parent'),
      text: nameIn(
        organisation.parentNames ?? {},
        words.lang,
        organisation.parentName ?? t('organisations.noParent'),
      ),
    },
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
