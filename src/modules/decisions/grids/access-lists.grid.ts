// Access lists as tables: what each value of the domain gives each group, and whether users change permissions themselves.
import { listLevels } from '../forms/access-lists.form.ts';
import type { Form } from '../forms/index.ts';
import { choiceCell, type Grid, type GridContext, type ReadCell } from './grid.model.ts';

type AccessListsForm = Extract<Form, { kind: 'access_lists' }>;

function general(form: AccessListsForm, { t }: GridContext): Grid {
  const options = ['on', 'off'].map((value) => ({ value, text: t(`decisions.acl.tab.${value}`) }));
  return {
    id: 'general',
    title: t('decisions.acl.general'),
    head: t('decisions.acl.setting'),
    columns: [{ id: 'value', text: t('decisions.scope.value') }],
    rows: [
      {
        id: 'tab',
        label: t('decisions.acl.permissionsTab'),
        cells: { value: choiceCell(form.permissionsTabDefault, options) },
      },
    ],
    notes: [t('decisions.acl.owner'), t('decisions.acl.ownList')],
  };
}

function domain(form: AccessListsForm, { t, forms }: GridContext): Grid[] {
  if (!form.domain) return [];
  const { name, values } = form.domain;
  const options = [
    { value: '', text: '–' },
    ...listLevels.map((level) => ({ value: level, text: t(`decisions.acl.levels.${level}`) })),
  ];
  const levelOf = (group: string, index: number) =>
    values[index]?.groups.find((line) => line.group === group)?.level ?? '';
  return [
    {
      id: 'domain',
      title: name,
      head: t('decisions.acl.group'),
      columns: values.map(({ value }, index) => ({ id: String(index), text: value })),
      rows: forms.groups.map((group) => ({
        id: group.id,
        label: group.name,
        cells: Object.fromEntries(
          values.map((_, index) => [String(index), choiceCell(levelOf(group.id, index), options)]),
        ),
        blank: values.every((_, index) => levelOf(group.id, index) === ''),
      })),
    },
  ];
}

export const gridsOfAccessLists = (form: AccessListsForm, context: GridContext): Grid[] => [
  general(form, context),
  ...domain(form, context),
];

export function applyToAccessLists(
  form: AccessListsForm,
  grid: string,
  read: ReadCell,
  groups: readonly string[],
): AccessListsForm {
  if (grid === 'general') {
    return { ...form, permissionsTabDefault: read('tab', 'value') === 'off' ? 'off' : 'on' };
  }
  if (!form.domain) return form;
  const values = form.domain.values.map(({ value }, index) => ({
    value,
    groups: groups.flatMap((group) => {
      const level = listLevels.find((each) => each === read(group, String(index)));
      return level ? [{ group, level }] : [];
    }),
  }));
  return { ...form, domain: { ...form.domain, values } };
}
