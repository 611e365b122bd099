// The questions of forms about facts: one for each kind of value. Reads nothing itself.
import type { T } from '../../../platform/i18n.ts';
import { fieldStates } from '../../../web/form.ts';
import type { FormState } from '../../../web/form-page.ts';
import type { Field, Option } from '../../../web/view-models.ts';
import type { Value } from '../condition.model.ts';
import type { FactField } from '../forms/index.ts';
import { choicesOf, nameText } from './facts.words.ts';

/** Codes of records to choose from, by type; where there are too many they are typed. */
export type RecordChoices = ReadonlyMap<string, readonly string[]>;

const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.facts.${key}`, params);

/** A question for one text: to choose where the choices are known. */
export function textField(
  words: T,
  field: FactField,
  records: RecordChoices,
): Pick<Field, 'type' | 'options' | 'prompt' | 'hint'> {
  const options = optionsOf(words, field, records);
  if (options) return { type: 'select', options, prompt: '' };
  return field.recordType ? { hint: say(words, 'recordHint', { type: field.recordType }) } : {};
}

function optionsOf(words: T, field: FactField, records: RecordChoices): Option[] | undefined {
  if (field.choices) return choicesOf(words, field);
  const codes = field.recordType === undefined ? undefined : records.get(field.recordType);
  return codes?.map((code) => ({ value: code, text: code }));
}

/** A question for a whole value, named `value`. @param value what stands now */
export function attributeField(
  words: T,
  field: FactField,
  records: RecordChoices,
  value: Value | undefined,
  state: FormState,
): Field {
  const options = optionsOf(words, field, records);
  const known = new Set(options?.map((option) => option.value));
  // A value that is set although it is no choice any more must not fall out unseen.
  const held =
    field.type === 'set' && Array.isArray(value) ? value.filter((one: string) => !known.has(one)) : [];
  const isBoxes = field.type === 'set' && options !== undefined;
  const valueOf = fieldStates(words, { ...state, initial: { value: initialOf(field, value, isBoxes) } });
  const base = { name: 'value', label: nameText(words, field.name), ...valueOf('value') };
  if (field.type === 'truth') return { ...base, type: 'radio', options: yesOrNo(words) };
  if (isBoxes)
    return {
      ...base,
      type: 'checkboxes',
      options: [...options, ...held.map((one) => ({ value: one, text: one }))],
    };
  if (field.type === 'set') return { ...base, type: 'textarea', rows: 6, hint: say(words, 'linesHint') };
  if (field.type === 'number' || field.type === 'date') return { ...base, type: field.type, width: 'short' };
  return options ? { ...base, type: 'select', options, prompt: '' } : base;
}

const yesOrNo = (words: T): Option[] =>
  ['yes', 'no'].map((value) => ({ value, text: words.t(`common.form.${value}`) }));

function initialOf(field: FactField, value: Value | undefined, isBoxes: boolean): string | string[] {
  if (value === undefined) return '';
  if (field.type === 'truth') return value === true ? 'yes' : 'no';
  if (Array.isArray(value)) return isBoxes ? [...value] : value.join('\n');
  return String(value);
}
