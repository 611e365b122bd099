// Builds the pages on which one thing about a subject is added or changed. Reads nothing itself.
import { fieldStates } from '../../../web/form.ts';
import {
  labelsOf,
  type ConfirmPage,
  type FormEntry,
  type FormPage,
  type FormState,
} from '../../../web/form-page.ts';
import { localDateOf, untilToLastDay } from '../../../web/local-date.ts';
import { paths } from '../../../web/paths.ts';
import type { Field } from '../../../web/view-models.ts';
import type { Value } from '../condition.model.ts';
import type { FactField, FactList } from '../forms/index.ts';
import type { Dated } from '../subject.settings.ts';
import { fieldName } from './facts.forms.ts';
import { attributeField, textField, type RecordChoices } from './fact.fields.ts';
import { listText, nameText, valueText } from './facts.words.ts';
import { say, sheetHeader, subjectTitle, type SheetPage } from './sheet.header.ts';

export interface EntryState extends FormState {
  /** Somebody else changed the subject meanwhile: what was typed stands here on top of it. */
  readonly stale?: boolean;
}

/** What a form page has around its fields; two buttons where something can also be ended. */
export type EntryPage = FormPage & {
  readonly second?: { readonly action: string; readonly text: string } | undefined;
};

function formPage(
  page: SheetPage,
  title: string,
  action: string,
  fields: FormEntry[],
  state: EntryState,
  more: Pick<EntryPage, 'second'> & { readonly text?: string } = {},
): EntryPage {
  const { words, place, sheet } = page;
  const sections = [{ ...(more.text ? { text: more.text } : {}), fields }];
  return {
    header: sheetHeader(page, title),
    errors: state.fields,
    labels: labelsOf(sections),
    notice: state.stale ? { kind: 'warning', text: say(words, 'stale') } : undefined,
    action,
    hidden: { version: String(sheet.version) },
    sections,
    submit: words.t('common.form.save'),
    cancelHref: paths.decisionSubject(place.id, sheet.type, sheet.id),
    second: more.second,
  };
}

function periodFields({ words, now }: SheetPage, zone: string, state: EntryState, standing?: Dated): Field[] {
  const { from, until } = standing ?? { from: now.toISOString() };
  const valueOf = fieldStates(words, {
    ...state,
    initial: {
      from: from ? localDateOf(new Date(from), zone) : '',
      until: until ? untilToLastDay(new Date(until), zone) : '',
    },
  });
  const field = (name: 'from' | 'until'): Field => ({
    name,
    type: 'date',
    label: words.t(`common.period.${name}`),
    optional: true,
    width: 'short',
    ...valueOf(name),
  });
  return [field('from'), { ...field('until'), hint: say(words, 'untilHint') }];
}

export function buildGroupPage(page: SheetPage, zone: string, state: EntryState): EntryPage {
  const { words, place, sheet, forms } = page;
  const options = forms.groups
    .map(({ id, name }) => ({ value: id, text: name }))
    .toSorted((a, b) => a.text.localeCompare(b.text));
  const group: Field = {
    name: 'group',
    label: words.t('decisions.group'),
    type: 'select',
    prompt: '',
    options,
    ...fieldStates(words, state)('group'),
  };
  const action = paths.newSubjectGroup(place.id, sheet.type, sheet.id);
  return formPage(page, say(words, 'addGroup'), action, [group, periodFields(page, zone, state)], state);
}

export function buildMemberPage(
  page: SheetPage,
  zone: string,
  list: FactList,
  records: RecordChoices,
  state: EntryState,
): EntryPage {
  const { words, place, sheet } = page;
  const valueOf = fieldStates(words, state);
  const fields = list.fields.map((field): Field => {
    const name = fieldName(field);
    return {
      ...textField(words, field, records),
      name,
      label: nameText(words, field.name),
      ...valueOf(name),
    };
  });
  const action = paths.newSubjectMember(place.id, sheet.type, sheet.id, list.name);
  const title = say(words, 'addMember', { list: listText(words, list) });
  return formPage(page, title, action, [...fields, periodFields(page, zone, state)], state);
}

/** When a group or member counts; it can also be ended at once. */
export function buildPeriodPage(
  page: SheetPage,
  zone: string,
  entry: Dated & { readonly key: string; readonly text: string },
  state: EntryState,
): EntryPage {
  const { words, place, sheet, now } = page;
  const { type, id } = sheet;
  const isOver = entry.until !== undefined && Date.parse(entry.until) <= now.getTime();
  const second = isOver
    ? undefined
    : { action: paths.endSubjectEntry(place.id, type, id, entry.key), text: say(words, 'endNow') };
  const action = paths.subjectEntry(place.id, type, id, entry.key);
  const fields = [periodFields(page, zone, state, entry)];
  return formPage(page, say(words, 'changePeriod'), action, fields, state, { second, text: entry.text });
}

export function buildAttributePage(
  page: SheetPage,
  field: FactField,
  records: RecordChoices,
  state: EntryState,
): EntryPage {
  const { words, place, sheet } = page;
  const find = (all: readonly { name: string; value: Value }[]) =>
    all.findLast(({ name }) => name === field.name)?.value;
  const [hand, brought] = [find(sheet.byHand.attributes), find(sheet.brought.attributes)];
  const second =
    hand === undefined
      ? undefined
      : {
          action: paths.clearSubjectAttribute(place.id, sheet.type, sheet.id, field.name),
          text: say(words, brought === undefined ? 'clear' : 'clearToBrought', {
            value: valueText(words, field.name, brought),
          }),
        };
  const action = paths.subjectAttribute(place.id, sheet.type, sheet.id, field.name);
  const input = attributeField(words, field, records, hand ?? brought, state);
  return formPage(page, nameText(words, field.name), action, [input], state, { second });
}

export function buildRemovePage(page: SheetPage): ConfirmPage {
  const { words, place, sheet } = page;
  const { byHand, type, id } = sheet;
  return {
    header: sheetHeader(page, say(words, 'remove')),
    confirm: {
      action: paths.removeDecisionSubject(place.id, type, id),
      text: say(words, 'removeText', { name: subjectTitle(sheet) }),
      consequences: (['groups', 'attributes', 'lists'] as const)
        .filter((part) => byHand[part].length > 0)
        .map((part) => ({
          count: byHand[part].length,
          text: say(words, `removes.${part}`, { count: byHand[part].length }),
        })),
      confirm: say(words, 'remove'),
      cancelHref: paths.decisionSubject(place.id, type, id),
      fields: { version: String(sheet.version) },
    },
  };
}
