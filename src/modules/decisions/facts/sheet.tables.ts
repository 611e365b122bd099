// The tables of the page of one subject: groups, settings and lists, each with who said it. Reads nothing itself.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Table, TableCell } from '../../../web/view-models.ts';
import type { FactList } from '../forms/index.ts';
import type { SubjectSettings } from '../subject.settings.ts';
import { entryKey } from './facts.edits.ts';
import {
  groupsByPortal,
  itemText,
  listText,
  nameText,
  periodCells,
  sourceTag,
  valueText,
} from './facts.words.ts';
import { say, type SheetPage } from './sheet.header.ts';

/** Rows of one table at most; how many there are is said, and the export has them all. */
const maxRows = 200;

type Source = 'portal' | 'sync';
type Group = SubjectSettings['groups'][number];
type Member = SubjectSettings['lists'][number];

const periodColumns = (words: T) => [
  { key: 'from', text: words.t('common.period.from') },
  { key: 'until', text: words.t('common.period.until') },
  { key: 'state', text: say(words, 'state') },
  { key: 'said', text: say(words, 'saidBy') },
  { key: 'actions', text: say(words, 'change'), hidden: true },
];

/** What runs or will run comes first, each by its words. */
function inOrder<Entry extends { from?: string | undefined; until?: string | undefined }>(
  entries: readonly Entry[],
  text: (entry: Entry) => string,
  now: Date,
): Entry[] {
  const isOver = ({ until }: Entry): number =>
    Number(until !== undefined && Date.parse(until) <= now.getTime());
  return entries.toSorted((a, b) => isOver(a) - isOver(b) || text(a).localeCompare(text(b)));
}

const bothSources = <Entry>(
  byHand: readonly Entry[],
  brought: readonly Entry[],
): (Entry & { source: Source })[] => [
  ...byHand.map((entry) => ({ ...entry, source: 'portal' as const })),
  ...brought.map((entry) => ({ ...entry, source: 'sync' as const })),
];

function entryCells(
  page: SheetPage,
  entry: (Group | Member) & { source: Source },
  label: string,
): Record<string, TableCell | string> {
  const { words, now, place, sheet, mayEdit } = page;
  const { source, ...stored } = entry;
  const href = paths.subjectEntry(place.id, sheet.type, sheet.id, entryKey(stored));
  return {
    ...periodCells(words, entry, now),
    said: { tags: [sourceTag(words, source)] },
    actions: mayEdit && source === 'portal' ? { actions: [{ text: say(words, 'change'), label, href }] } : '',
  };
}

export function handGroups(page: SheetPage): Table {
  const { words, now, forms, sheet } = page;
  const names = new Map(forms.groups.map(({ id, name }) => [id, name]));
  const nameOf = ({ name }: Group): string => names.get(name) ?? name;
  const all = inOrder(bothSources(sheet.byHand.groups, sheet.brought.groups), nameOf, now);
  return {
    caption: say(words, 'handGroups'),
    captionVisible: true,
    columns: [{ key: 'name', text: words.t('decisions.group') }, ...periodColumns(words)],
    rows: all.slice(0, maxRows).map((group) => ({
      cells: { name: { text: nameOf(group), sub: group.name }, ...entryCells(page, group, nameOf(group)) },
    })),
    ...summaryOf(words, all.length),
    empty: { title: say(words, 'noGroups'), icon: 'people' },
  };
}

const summaryOf = (words: T, count: number) =>
  count > maxRows ? { summary: say(words, 'more', { shown: maxRows, count }) } : {};

export function portalGroups({ words, forms, sheet }: SheetPage): Table {
  const because = (source: string): string => {
    const at = source.indexOf(':');
    return say(words, `because.${source.slice(0, at)}`, { name: source.slice(at + 1) });
  };
  return {
    caption: say(words, 'portalGroups'),
    captionVisible: true,
    columns: [
      { key: 'name', text: words.t('decisions.group') },
      { key: 'why', text: say(words, 'why') },
    ],
    rows: groupsByPortal(forms, sheet.groups).map(({ id, name, sources }) => ({
      cells: { name: { text: name, sub: id }, why: words.list(sources.map(because)) },
    })),
    empty: { title: say(words, 'noPortalGroups'), icon: 'people' },
  };
}

export function attributeNames({ declared, sheet }: SheetPage): string[] {
  const said = [...sheet.byHand.attributes, ...sheet.brought.attributes].map(({ name }) => name);
  return [...new Set([...declared.attributes.map(({ name }) => name), ...said])];
}

export function attributes(page: SheetPage): Table {
  const { words, place, sheet, declared, mayEdit } = page;
  return {
    caption: say(words, 'attributes'),
    captionVisible: true,
    columns: ['attribute', 'value', 'saidBy']
      .map((key) => ({ key, text: say(words, key) }))
      .concat([{ key: 'actions', text: say(words, 'change') }]),
    rows: attributeNames(page).map((name) => {
      const said = (settings: SubjectSettings) => settings.attributes.findLast((one) => one.name === name);
      const [hand, brought] = [said(sheet.byHand), said(sheet.brought)];
      const isDeclared = declared.attributes.some((field) => field.name === name);
      const href = paths.subjectAttribute(place.id, sheet.type, sheet.id, name);
      const replaced =
        hand && brought ? say(words, 'replaced', { value: valueText(words, name, brought.value) }) : '';
      const label = nameText(words, name);
      return {
        cells: {
          attribute: { text: label, ...(label === name ? {} : { sub: name }) },
          value:
            hand || brought
              ? {
                  text: valueText(words, name, (hand ?? brought)!.value),
                  ...(replaced ? { sub: replaced } : {}),
                }
              : {},
          saidBy: hand || brought ? { tags: [sourceTag(words, hand ? 'portal' : 'sync')] } : {},
          actions:
            mayEdit && isDeclared
              ? { actions: [{ text: say(words, hand || brought ? 'change' : 'setIt'), label, href }] }
              : '',
        },
      };
    }),
  };
}

/** The declared lists, and those that hold something although the model does not speak of them. */
export function listsOf({ declared, sheet }: SheetPage): Pick<FactList, 'name' | 'label'>[] {
  const known = new Set(declared.lists.map(({ name }) => name));
  const held = [...sheet.byHand.lists, ...sheet.brought.lists].map(({ name }) => name);
  return [
    ...declared.lists,
    ...[...new Set(held)].filter((name) => !known.has(name)).map((name) => ({ name })),
  ];
}

export function members(page: SheetPage, list: Pick<FactList, 'name' | 'label'>): Table {
  const { words, now, sheet, declared } = page;
  const ofList = (settings: SubjectSettings) => settings.lists.filter(({ name }) => name === list.name);
  const text = ({ item }: Member): string => itemText(words, item);
  const all = inOrder(bothSources(ofList(sheet.byHand), ofList(sheet.brought)), text, now);
  const fields = declared.lists.find(({ name }) => name === list.name)?.fields.map(({ name }) => name);
  const names = fields ?? [...new Set(all.flatMap(({ item }) => Object.keys(item)))];
  return {
    caption: listText(words, list),
    captionVisible: true,
    columns: [
      ...names.map((name) => ({ key: `f-${name}`, text: nameText(words, name) })),
      ...periodColumns(words),
    ],
    rows: all.slice(0, maxRows).map((member) => ({
      cells: {
        ...Object.fromEntries(names.map((name) => [`f-${name}`, valueText(words, name, member.item[name])])),
        ...entryCells(page, member, text(member)),
      },
    })),
    ...summaryOf(words, all.length),
    empty: { title: say(words, 'noMembers'), icon: 'applications' },
  };
}
