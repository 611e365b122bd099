// Builds the forms about units. Reads nothing itself.
import type { CsvColumn } from '../../platform/files/csv.ts';
import { fieldStates } from '../../web/form.ts';
import {
  labelsOf,
  staleNotice,
  type ConfirmPage,
  type ConflictPage,
  type FormPage,
  type FormState,
} from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import type { LastChange } from '../administration/index.ts';
import type { Option } from '../../web/view-models.ts';
import { crumbsOf, type Place } from './organisations.place.ts';
import type { UnitItem } from './units.queries.ts';

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
    name: 'code',
    label: t('organisations.field.code'),
    hint: t('organisations.hint.unitCode'),
    maxlength: 64,
    width: 'short' as const,
    ...field('code'),
  };
  const sections = [
    {
      fields: [
        ...(unit ? [] : [code]),
        { name: 'name', label: t('organisations.field.name'), maxlength: 200, ...field('name') },
        {
          name: 'parent',
          label: t('organisations.units.parent'),
          type: 'select' as const,
          prompt: t('organisations.units.top'),
          options: parentOptions(units, unit),
          ...field('parent'),
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
  lastChange: LastChange,
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
      ...lastChange,
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

/** Of a unit that cannot end yet: what stands in the way, and the way there. Undefined when nothing does. */
export function buildUnitInUsePage(place: Place, units: readonly UnitItem[], unit: UnitItem) {
  const { words, organisation } = place;
  const { t } = words;
  const below = units.filter((one) => one.parentId === unit.id).length;
  if (unit.affiliations + below === 0) return undefined;
  const title = t('organisations.units.end');
  const reasons = [
    ...(unit.affiliations > 0 ? [t('organisations.units.inUse', { count: unit.affiliations })] : []),
    ...(below > 0 ? [t('organisations.units.hasUnits', { count: below })] : []),
  ];
  const people = {
    text: t('organisations.units.showPeople'),
    href: `${paths.people(organisation.id)}?unit=${unit.id}`,
    kind: 'primary' as const,
    icon: 'people',
  };
  const back = { text: t('common.form.cancel'), href: paths.organisation(organisation.id) };
  return {
    header: { title, subtitle: unit.name, breadcrumbs: crumbsOf(place, { text: title }) },
    notice: { kind: 'warning' as const, text: reasons.join(' ') },
    actions: [...(unit.affiliations > 0 ? [people] : []), { ...back, kind: 'quiet' as const }],
  };
}

export function buildUnitEndPage(place: Place, unit: UnitItem, changedMeanwhile: boolean): ConfirmPage {
  const { words, organisation } = place;
  const { t } = words;
  const title = t('organisations.units.end');
  return {
    header: { title, subtitle: unit.name, breadcrumbs: crumbsOf(place, { text: title }) },
    notice: changedMeanwhile ? staleNotice(words) : undefined,
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

/** In the language of the page; the place in the tree by the code of the unit above. */
export function unitColumns({ words }: Place, units: readonly UnitItem[]): CsvColumn<UnitItem>[] {
  const { t } = words;
  const codeOf = new Map(units.map(({ id, code }) => [id, code]));
  return [
    { header: t('organisations.field.code'), value: (unit) => unit.code },
    { header: t('organisations.field.name'), value: (unit) => unit.name },
    { header: t('organisations.units.parent'), value: (unit) => codeOf.get(unit.parentId ?? '') ?? '' },
    { header: t('organisations.units.people'), value: (unit) => unit.affiliations },
  ];
}
