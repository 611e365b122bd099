// What an administrator can do to the facts about one subject, as pure changes of the document that is kept by hand.
import { createHash } from 'node:crypto';
import { AppError, invalidFields, notFound } from '../../../platform/errors.ts';
import type { Item, Value } from '../condition.model.ts';
import { fitsField, type DeclaredFacts } from '../forms/index.ts';
import { subjectSettingsSchema, type Dated, type SubjectSettings } from '../subject.settings.ts';

/** Half-open; undefined sides are open. */
export interface FactPeriod {
  readonly from: Date | undefined;
  readonly until: Date | undefined;
}

export type FactEdit =
  | { readonly kind: 'add_group'; readonly group: string; readonly period: FactPeriod }
  | { readonly kind: 'add_member'; readonly list: string; readonly item: Item; readonly period: FactPeriod }
  /** From when until when a group or member counts. `entry`: see {@link entryKey}. */
  | { readonly kind: 'set_period'; readonly entry: string; readonly period: FactPeriod }
  /** From now on; what has not begun is as if it never was. */
  | { readonly kind: 'end'; readonly entry: string }
  | { readonly kind: 'set_attribute'; readonly name: string; readonly value: Value }
  /** What the application says of it counts again. */
  | { readonly kind: 'clear_attribute'; readonly name: string };

/** What the model lets somebody set by hand. */
export interface Settable {
  /** Codes of its groups. */
  readonly groups: readonly string[];
  readonly declared: DeclaredFacts;
}

/** What came of an edit, with the part that changed for the record. */
export interface Edited {
  readonly facts: SubjectSettings;
  readonly before: unknown;
  readonly after: unknown;
}

type Group = SubjectSettings['groups'][number];
type Member = SubjectSettings['lists'][number];

export const noFacts: SubjectSettings = { groups: [], attributes: [], lists: [] };

/** Names one group or member of a document: by what it says, so that it stays the same while others change. */
export function entryKey(entry: Group | Member): string {
  return createHash('sha256').update(canonical(entry)).digest('hex').slice(0, 20);
}

/**
 * @param at the instant of the change
 * @throws decision_fact_not_found; fact_not_declared; invalid_fields with `fact_repeated` (conflict)
 */
export function applyEdit(facts: SubjectSettings, edit: FactEdit, settable: Settable, at: Date): Edited {
  switch (edit.kind) {
    case 'add_group':
      return addGroup(facts, edit, settable, at);
    case 'add_member':
      return addMember(facts, edit, settable, at);
    case 'set_period':
      return rewrite(facts, edit.entry, (entry) => ({ ...entry, ...datesOf(edit.period, undefined) }));
    case 'end':
      return rewrite(facts, edit.entry, (entry) => endedAt(entry, at));
    case 'set_attribute':
      return setAttribute(facts, edit.name, edit.value, settable);
    case 'clear_attribute':
      return setAttribute(facts, edit.name, undefined, settable);
  }
}

function addGroup(
  facts: SubjectSettings,
  { group, period }: Extract<FactEdit, { kind: 'add_group' }>,
  settable: Settable,
  at: Date,
): Edited {
  if (!settable.groups.includes(group)) throw notDeclared();
  const after = { name: group, ...datesOf(period, at) };
  refuseRepeated(
    facts.groups.filter(({ name }) => name === group),
    after,
    'group',
  );
  return {
    facts: checked({ ...facts, groups: [...facts.groups, after] }),
    before: null,
    after: { group: after },
  };
}

function addMember(
  facts: SubjectSettings,
  { list, item, period }: Extract<FactEdit, { kind: 'add_member' }>,
  settable: Settable,
  at: Date,
): Edited {
  const declared = settable.declared.lists.find(({ name }) => name === list);
  if (!declared?.fields.every((field) => fitsField(field, item[field.name]))) throw notDeclared();
  const after = { name: list, item, ...datesOf(period, at) };
  const alike = facts.lists.filter(
    (member) => member.name === list && canonical(member.item) === canonical(item),
  );
  refuseRepeated(alike, after, declared.fields[0]?.name ?? 'form');
  return {
    facts: checked({ ...facts, lists: [...facts.lists, after] }),
    before: null,
    after: { member: after },
  };
}

function setAttribute(
  facts: SubjectSettings,
  name: string,
  value: Value | undefined,
  settable: Settable,
): Edited {
  const field = settable.declared.attributes.find((each) => each.name === name);
  const before = facts.attributes.filter((attribute) => attribute.name === name);
  if (value !== undefined && (!field || !fitsField(field, value))) throw notDeclared();
  if (value === undefined && before.length === 0) throw notFound('decision_fact');
  const others = facts.attributes.filter((attribute) => attribute.name !== name);
  const set = value === undefined ? [] : [{ name, value }];
  return {
    facts: checked({ ...facts, attributes: [...others, ...set] }),
    before: { attribute: before[0] ?? null },
    after: { attribute: set[0] ?? null },
  };
}

/** @param change undefined: the entry goes */
function rewrite(
  facts: SubjectSettings,
  key: string,
  change: (entry: Group | Member) => Group | Member | undefined,
): Edited {
  const all: (Group | Member)[] = [...facts.groups, ...facts.lists];
  const before = all.find((entry) => entryKey(entry) === key);
  if (!before) throw notFound('decision_fact');
  const after = change(before);
  if (after)
    refuseRepeated(
      all.filter((entry) => entry !== before && isAlike(entry, before)),
      after,
      'from',
    );
  const replaced = <Each extends Group | Member>(entries: readonly Each[]): Each[] =>
    entries.flatMap((entry) => (entry === before ? (after ? [after as Each] : []) : [entry]));
  return {
    facts: checked({ ...facts, groups: replaced(facts.groups), lists: replaced(facts.lists) }),
    before,
    after: after ?? null,
  };
}

function endedAt<Each extends Dated>(entry: Each, at: Date): Each | undefined {
  if (entry.until !== undefined && Date.parse(entry.until) <= at.getTime())
    throw new AppError('conflict', 'fact_ended');
  if (entry.from !== undefined && Date.parse(entry.from) >= at.getTime()) return undefined;
  return { ...entry, until: at.toISOString() };
}

/** @param begins where no first day is given; undefined: without one it counts from ever on */
const datesOf = (period: FactPeriod, begins: Date | undefined) => ({
  from: (period.from ?? begins)?.toISOString(),
  until: period.until?.toISOString(),
});

/** The same twice at one time would leave the other standing when one is ended. */
function refuseRepeated(others: readonly Dated[], added: Dated, field: string): void {
  const overlaps = (other: Dated): boolean => begin(other) < end(added) && begin(added) < end(other);
  if (others.some(overlaps))
    throw new AppError('conflict', 'fact_repeated', { fields: { [field]: { code: 'fact_repeated' } } });
}

const begin = ({ from }: Dated): number => (from === undefined ? -Infinity : Date.parse(from));
const end = ({ until }: Dated): number => (until === undefined ? Infinity : Date.parse(until));

const isAlike = (one: Group | Member, other: Group | Member): boolean =>
  one.name === other.name &&
  canonical('item' in one ? one.item : null) === canonical('item' in other ? other.item : null);

const notDeclared = (): AppError => new AppError('invalid', 'fact_not_declared');

/** @throws invalid_fields when a period ends before it begins */
function checked(facts: SubjectSettings): SubjectSettings {
  const parsed = subjectSettingsSchema.safeParse(facts);
  if (parsed.success) return parsed.data;
  throw invalidFields({ until: 'until_before_from' });
}

/** The same text for the same content, whatever the order of its fields. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`)
    .join()}}`;
}
