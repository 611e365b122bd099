// A part of the document of a rights model that can be put together by hand: a list of things of one kind (roles, kinds of record,
// modules, rows …), where it stands in the document, and the fields each thing has.
import type { ModelForms } from '../forms/index.ts';

export type Path = readonly (string | number)[];

/** What a list holds; a key of the texts under `structure.parts`. */
export const partKinds = [
  'document',
  'groups',
  'types',
  'attributes',
  'forms',
  'readings',
  'modules',
  'items',
  'applies',
  'columns',
  'matrices',
  'rows',
  'exceptions',
  'tables',
  'values',
  'functions',
  'internal',
  'below',
  'settings',
] as const;
export type PartKind = (typeof partKinds)[number];

export interface Choice {
  readonly value: string;
  /** As the document says it; absent: a text, under `structure.choices`. */
  readonly text?: string | undefined;
}

export interface PartField {
  /** Member of the thing; with dots when it is inside another: `relationship.list`. */
  readonly name: string;
  /** Key of its texts under `structure.fields` and `structure.hints`. */
  readonly text: string;
  /** `lines` is a list with one on each line, `tick` is yes or no. */
  readonly control: 'text' | 'area' | 'lines' | 'select' | 'checks' | 'tick';
  readonly options?: readonly Choice[] | undefined;
  readonly optional?: boolean | undefined;
  /** Given once: the application and the rest of the document know the thing by it. */
  readonly once?: boolean | undefined;
  /** Asked for when something is added, and changed in a list of its own afterwards. */
  readonly onlyNew?: boolean | undefined;
  /** Stands in the list of things. */
  readonly listed?: boolean | undefined;
  /** True: its own under `structure.hints`; a text: that of another field. */
  readonly hint?: boolean | string | undefined;
}

export interface Part {
  /** In addresses: the kind, and the codes of what it is in, parted by `:`, which is in no code. */
  readonly id: string;
  readonly kind: PartKind;
  /** The form it belongs to. */
  readonly form?: string | undefined;
  /** What it belongs to inside that form, by name. */
  readonly of?: string | undefined;
  /** The part that holds what it belongs to. */
  readonly parent?: string | undefined;
  readonly path: Path;
  /**
   * `members` are the members of an object, named by the key; `texts` are plain texts; `single` is one thing and no list. Default:
   * a list of objects.
   */
  readonly shape?: 'members' | 'texts' | 'single' | undefined;
  /** The member by which a thing is known; absent: its place in the list, from 1. */
  readonly key?: string | undefined;
  /** The member that people know it by. */
  readonly name: string;
  readonly fields: readonly PartField[];
  /** What a new thing has besides its fields. */
  readonly fresh?: Readonly<Record<string, unknown>> | undefined;
  /** Completes a new thing, given the document it is for. */
  readonly complete?: ((item: Item, forms: ModelForms) => Item) | undefined;
  /** Nothing is added here, and nothing taken out. */
  readonly fixed?: boolean | undefined;
  /** The parts inside a thing, by its key. */
  readonly inside?: Readonly<Record<string, Part>> | undefined;
}

/** A thing in a part. For `members` the key is its `name`, for `texts` the text is its `text`. */
export type Item = Readonly<Record<string, unknown>>;

export function itemsOf(forms: ModelForms, part: Part): Item[] {
  const stored = valueAt(forms, part.path);
  if (part.shape === 'members')
    return Object.entries(stored as Record<string, object>).map(([name, value]) => ({ name, ...value }));
  if (part.shape === 'single') return [stored as Item];
  if (part.shape === 'texts') return (stored as string[]).map((text) => ({ text }));
  return stored as Item[];
}

/** The document with other things in this part: of no certain shape, to be parsed. */
export function withItems(forms: ModelForms, part: Part, items: readonly Item[]): unknown {
  return withValueAt(forms, part.path, storedOf(part, items));
}

function storedOf(part: Part, items: readonly Item[]): unknown {
  if (part.shape === 'members')
    return Object.fromEntries(items.map(({ name, ...value }) => [String(name), value]));
  if (part.shape === 'single') return items[0];
  return part.shape === 'texts' ? items.map(({ text }) => text) : items;
}

export const keyOf = (part: Part, item: Item, index: number): string =>
  part.key === undefined ? String(index + 1) : String(item[part.key]);

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
}

function withValueAt(value: unknown, [step, ...rest]: Path, replacement: unknown): unknown {
  if (step === undefined) return replacement;
  if (Array.isArray(value))
    return value.with(Number(step), withValueAt(value[Number(step)], rest, replacement));
  const holder = value as Record<string, unknown>;
  return { ...holder, [step]: withValueAt(holder[step], rest, replacement) };
}
