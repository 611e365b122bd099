// A thing in a part and the form it is filled in with: what was typed becomes the thing, and what is wrong with the thing is said at
// the field.
import type { z } from 'zod';
import type { FieldError } from '../../../platform/errors.ts';
import type { FormProblem } from '../forms/index.ts';
import type { Item, Part, PartField, Path } from './part.model.ts';

export type Typed = Readonly<Record<string, string | string[]>>;
type Mutable = Record<string, unknown>;

/** Fields that a page shows: what is given once is not asked again. */
export const fieldsFor = (part: Part, isNew: boolean): PartField[] =>
  part.fields.filter((field) => isNew || !(field.once || field.onlyNew));

/** What was typed on top of what stands; `existing` undefined: a new thing. */
export function itemFrom(part: Part, existing: Item | undefined, typed: Typed): Item {
  const item = structuredClone(existing ?? part.fresh ?? {}) as Mutable;
  for (const field of fieldsFor(part, existing === undefined))
    setMember(item, field.name.split('.'), valueOf(field, typed[field.name]));
  return item;
}

function valueOf(field: PartField, given: string | string[] | undefined): unknown {
  const texts = [given ?? []].flat().filter((text) => text !== '');
  switch (field.control) {
    case 'tick':
      return texts.length > 0;
    case 'checks':
      return field.optional && texts.length === 0 ? undefined : texts;
    case 'lines':
      return texts.flatMap(linesOf);
    default:
      return texts[0];
  }
}

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Sets a member of something inside the item; what then says nothing is not there. */
function setMember(item: Mutable, [step = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    if (value === undefined) delete item[step];
    else item[step] = value;
    return;
  }
  const inner = (item[step] ??= {}) as Mutable;
  setMember(inner, rest, value);
  if (Object.values(inner).every(saysNothing)) delete item[step];
}

const saysNothing = (member: unknown): boolean =>
  member === false || (Array.isArray(member) && member.length === 0);

/** What a field shows of a thing. */
export function typedOf(field: PartField, item: Item): string | string[] {
  const value = field.name
    .split('.')
    .reduce<unknown>((at, step) => (at as Mutable | undefined)?.[step], item);
  if (value === undefined || value === false) return field.control === 'checks' ? [] : '';
  if (value === true) return 'on';
  if (!Array.isArray(value)) return String(value);
  return field.control === 'checks' ? value.map(String) : value.join('\n');
}

/** @param place of the thing in the document @returns name of the field, and what is wrong with it */
export function fieldErrorOf(part: Part, issue: z.core.$ZodIssue, place: Path): [string, FieldError] {
  const inside = issue.path.slice(place.length).map(String).join('.');
  const key = part.fields.find(({ name }) => name === part.key);
  const field =
    part.fields.find(({ name }) => inside === name || inside.startsWith(`${name}.`)) ??
    part.fields.find(({ name }) => inside !== '' && name.startsWith(`${inside}.`)) ??
    key ??
    part.fields[0]!;
  return [field.name, errorOf(field, issue)];
}

export function errorOf(field: PartField, issue: z.core.$ZodIssue): FieldError {
  if (issue.code === 'too_big') return { code: 'too_long', params: { maximum: Number(issue.maximum) } };
  const empty = issue.code === 'invalid_type' || issue.code === 'too_small';
  if (empty || issue.code === 'invalid_value')
    return { code: ['select', 'checks'].includes(field.control) ? 'choose' : 'required', params: {} };
  if (field.text === 'filledBy') return { code: 'rights_model_filled_by', params: {} };
  return { code: field.text === 'attribute' ? 'rights_model_attribute' : 'rights_model_code', params: {} };
}

const fieldsOfProblems: Readonly<Record<string, readonly string[]>> = {
  column_for_everybody: ['groups'],
  domain_below: ['type'],
  reserved_type: ['name'],
  unknown_type: ['type', 'parentType'],
};

/** The field a mistake of the whole document is about, when this thing has one. */
export function fieldOfProblem(part: Part, { code }: FormProblem): string | undefined {
  const names = code === 'repeated' ? [part.key ?? 'actions'] : (fieldsOfProblems[code] ?? []);
  return part.fields.find(({ name }) => names.includes(name))?.name;
}
