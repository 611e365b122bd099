// Builds the forms that set something about a record by hand. Reads nothing itself.
import { fieldStates } from '../../../web/form.ts';
import { labelsOf, type FormPage, type FormState } from '../../../web/form-page.ts';
import { paths } from '../../../web/paths.ts';
import type { Field } from '../../../web/view-models.ts';
import { attributeField, type RecordChoices } from '../facts/fact.fields.ts';
import { nameText, valueText } from '../facts/facts.words.ts';
import { listLevels } from '../forms/access-lists.form.ts';
import { accessListAttributes, type FactField } from '../forms/index.ts';
import { readAccessList } from './access-list.model.ts';
import { fact, headerOf, say, type RecordPage } from './record.page.ts';

export type RecordFormState = FormState & { readonly stale?: boolean };
export type RecordFormPage = FormPage & {
  readonly second?: { readonly action: string; readonly text: string } | undefined;
};

function formPage(
  page: RecordPage,
  title: string,
  form: {
    readonly action: string;
    readonly sections: FormPage['sections'];
    readonly second?: RecordFormPage['second'];
  },
  state: RecordFormState,
): RecordFormPage {
  const { words, place, record } = page;
  return {
    header: headerOf(page, title),
    errors: state.fields,
    labels: labelsOf(form.sections),
    notice: state.stale ? { kind: 'warning', text: fact(words, 'stale') } : undefined,
    action: form.action,
    hidden: { version: String(record.version) },
    sections: form.sections,
    submit: words.t('common.form.save'),
    cancelHref: paths.decisionRecord(place.id, record.type, record.id),
    second: form.second,
  };
}

export function buildRecordAttributePage(
  page: RecordPage,
  field: FactField,
  records: RecordChoices,
  state: RecordFormState,
): RecordFormPage {
  const { words, place, record } = page;
  const { type, id } = record;
  const [hand, app] = [record.byHand[field.name], record.brought[field.name]];
  const second =
    hand === undefined
      ? undefined
      : {
          action: paths.clearRecordAttribute(place.id, type, id, field.name),
          text: fact(words, app === undefined ? 'clear' : 'clearToBrought', {
            value: valueText(words, field.name, app),
          }),
        };
  const action = paths.recordAttribute(place.id, type, id, field.name);
  const sections = [{ fields: [attributeField(words, field, records, hand ?? app, state)] }];
  return formPage(page, nameText(words, field.name), { action, sections, second }, state);
}

/** Groups have names of their own in the form: a code may be anything. */
export const levelName = (group: string): string => `level.${group}`;

export function buildAccessListPage(page: RecordPage, state: RecordFormState): RecordFormPage {
  const { words, place, record, forms } = page;
  const levels = readAccessList({ ...record.brought, ...record.byHand });
  const stored = Object.fromEntries(forms.groups.map(({ id }) => [levelName(id), levels?.get(id) ?? '']));
  const initial = { own: levels ? 'own' : 'inherited', ...stored };
  const valueOf = fieldStates(words, { ...state, initial });
  const own: Field = {
    name: 'own',
    label: say(words, 'list.which'),
    type: 'radio',
    options: ['inherited', 'own'].map((value) => ({ value, text: say(words, `list.${value}Choice`) })),
    ...valueOf('own'),
  };
  const options = listLevels.map((value) => ({ value, text: words.t(`decisions.acl.levels.${value}`) }));
  const groups = forms.groups.map(({ id, name }): Field => ({
    name: levelName(id),
    label: name,
    type: 'select',
    prompt: say(words, 'list.nothing'),
    options,
    ...valueOf(levelName(id)),
  }));
  const { type, id } = record;
  const isByHand = accessListAttributes.some((name) => name in record.byHand);
  const second = isByHand
    ? { action: paths.clearRecordAccessList(place.id, type, id), text: say(words, 'list.clear') }
    : undefined;
  const sections = [{ fields: [own] }, { title: say(words, 'list.groups'), fields: groups }];
  const action = paths.recordAccessList(place.id, type, id);
  return formPage(page, say(words, 'list.title'), { action, sections, second }, state);
}
