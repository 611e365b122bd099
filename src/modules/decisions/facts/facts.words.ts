// What facts are called and how their values read. Names that the portal has no words for stand as they are.
import type { T } from '../../../platform/i18n.ts';
import { periodTag, type Option, type TableCell, type Tag } from '../../../web/view-models.ts';
import type { Item, Value } from '../condition.model.ts';
import {
  namesOfGroup,
  vocabularyOf,
  type FactField,
  type FactList,
  type ModelForms,
} from '../forms/index.ts';
import type { Dated } from '../subject.settings.ts';

export function nameText(words: T, name: string): string {
  const key = `decisions.facts.names.${name}`;
  return words.has(key) ? words.t(key) : name;
}

export const listText = (words: T, list: Pick<FactList, 'name' | 'label'>): string =>
  list.label ?? nameText(words, list.name);

export function choiceText(words: T, name: string, value: string): string {
  const key = `decisions.scope.${name}.${value}`;
  return name === 'visibility' && words.has(key) ? words.t(key) : value;
}

export function valueText(words: T, name: string, value: Value | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return words.t(value ? 'common.form.yes' : 'common.form.no');
  if (typeof value === 'number') return words.number(value);
  if (typeof value === 'string') return choiceText(words, name, value);
  return value.length === 0 ? words.t('decisions.facts.emptySet') : value.join(', ');
}

export const itemText = (words: T, item: Item): string =>
  Object.entries(item)
    .map(([name, value]) => `${nameText(words, name)}: ${valueText(words, name, value)}`)
    .join(', ');

/** First day, last day and state, for three columns. */
export function periodCells(words: T, { from, until }: Dated, now: Date) {
  const [begin, end] = [from ? new Date(from) : undefined, until ? new Date(until) : null];
  const tag: Tag = periodTag(words, begin ?? new Date(0), end, now);
  return {
    from: begin ? words.date(begin) : {},
    until: end === null ? words.t('common.period.noEnd') : words.until(end),
    state: { tags: [tag] } satisfies TableCell,
  };
}

export const choicesOf = (words: T, field: FactField): Option[] =>
  (field.choices ?? []).map((value) => ({ value, text: choiceText(words, field.name, value) }));

/** A group that somebody is in, and what put them there. */
export interface GroupReason {
  readonly id: string;
  readonly name: string;
  /** `right:…`, `unit:…`, `function:…` as the form says it. */
  readonly sources: readonly string[];
}

/** The groups that the portal fills for somebody, with what fills them. */
export function groupsByPortal(forms: ModelForms, names: readonly string[]): GroupReason[] {
  const held = new Set(names);
  return forms.groups.flatMap(({ id, name, filledBy }) => {
    const sources = filledBy.filter((source) => held.has(source));
    return sources.length > 0 ? [{ id, name, sources }] : [];
  });
}

/** Every group of the model that somebody is in, by name; names of groups the model does not know stay. */
export function groupNames(forms: ModelForms | undefined, names: readonly string[]): string[] {
  const held = new Set(names);
  if (!forms) return names.filter((name) => !/^(right|unit|function):/.test(name));
  const vocabulary = vocabularyOf(forms);
  const known = forms.groups.filter(({ id }) => namesOfGroup(vocabulary, id).some((name) => held.has(name)));
  const strange = names.filter(
    (name) => !vocabulary.groups.has(name) && !/^(right|unit|function):/.test(name),
  );
  return [...known.map(({ name }) => name), ...strange];
}

/** Who said it. */
export function sourceTag(words: T, source: 'portal' | 'sync'): Tag {
  return { text: words.t(`decisions.facts.said.${source}`), state: source === 'portal' ? 'info' : 'neutral' };
}
