// Builds the page of one record and the forms that set something about it by hand. Reads nothing itself.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Action, DefinitionList, PageHeader, Table } from '../../../web/view-models.ts';
import { nameIn, type Place } from '../../rights/index.ts';
import { nameText, sourceTag, valueText } from '../facts/facts.words.ts';
import { accessListAttributes, type FactField, type ModelForms } from '../forms/index.ts';
import { readAccessList } from './access-list.model.ts';
import type { RecordSheet } from './records.reading.ts';

export interface RecordPage {
  readonly words: T;
  readonly place: Place;
  readonly forms: ModelForms;
  readonly record: RecordSheet;
  /** What of it can be set by hand. */
  readonly fields: readonly FactField[];
  readonly hasList: boolean;
  readonly mayEdit: boolean;
}

export const say = (words: T, key: string, params?: Record<string, string>): string =>
  words.t(`decisions.records.${key}`, params);
export const fact = (words: T, key: string, params?: Record<string, string>): string =>
  words.t(`decisions.facts.${key}`, params);

const labelOf = ({ forms, record }: RecordPage): string =>
  forms.resourceTypes.find(({ name }) => name === record.type)?.label ?? record.type;

export function headerOf(page: RecordPage, title?: string): PageHeader {
  const { words, place, record } = page;
  const list = `${paths.decisionRecords(place.id)}?type=${encodeURIComponent(record.type)}`;
  const here = { text: record.id, href: paths.decisionRecord(place.id, record.type, record.id) };
  return {
    title: title ?? record.id,
    subtitle: title ? `${labelOf(page)} ${record.id}` : labelOf(page),
    breadcrumbs: [
      { text: nameIn(place.names, words.lang, place.code), href: paths.application(place.id) },
      { text: words.t('rights.tabs.rightsModel'), href: paths.rightsModel(place.id) },
      { text: words.t('decisions.sections.records'), href: list },
      ...(title ? [here, { text: title }] : [{ text: record.id }]),
    ],
  };
}

export function buildRecordPage(page: RecordPage) {
  const { words, place, record } = page;
  const asked = `ask=people&record=${encodeURIComponent(record.id)}`;
  const href = `${paths.askDecisions(place.id)}?${asked}`;
  const actions: Action[] = [{ text: words.t('authzen.ask.people'), href, kind: 'secondary' }];
  return {
    header: { ...headerOf(page), actions },
    facts: factsOf(page),
    attributes: attributeTable(page),
    list: page.hasList ? accessList(page) : undefined,
  };
}

function factsOf({ words, place, record }: RecordPage): DefinitionList {
  const { parent } = record;
  return {
    columns: 2,
    items: [
      { term: say(words, 'owner'), text: record.owner ?? '' },
      ...(parent
        ? [
            {
              term: say(words, 'parent'),
              text: parent.id,
              href: paths.decisionRecord(place.id, parent.type, parent.id),
            },
          ]
        : []),
      ...(record.nodes.length > 0 ? [{ term: say(words, 'nodes'), text: record.nodes.join(', ') }] : []),
    ],
  };
}

/** What the model speaks of, and what the application brought besides. */
function attributeTable(page: RecordPage): Table {
  const { words, place, record, fields, hasList, mayEdit } = page;
  const { brought, byHand } = record;
  const isListed = (name: string): boolean => hasList && accessListAttributes.some((each) => each === name);
  const said = [...fields.map(({ name }) => name), ...Object.keys(brought), ...Object.keys(byHand)];
  const names = [...new Set(said)].filter((name) => !isListed(name));
  return {
    caption: fact(words, 'attributes'),
    captionVisible: true,
    columns: [
      { key: 'attribute', text: fact(words, 'attribute') },
      { key: 'value', text: fact(words, 'value') },
      { key: 'saidBy', text: fact(words, 'saidBy') },
      { key: 'actions', text: fact(words, 'change') },
    ],
    rows: names.map((name) => {
      const [hand, app] = [byHand[name], brought[name]];
      const value = hand ?? app;
      const label = nameText(words, name);
      const sub = hand !== undefined && app !== undefined ? { sub: replaced(words, name, app) } : {};
      const href = paths.recordAttribute(place.id, record.type, record.id, name);
      const isSettable = mayEdit && fields.some((field) => field.name === name);
      return {
        cells: {
          attribute: { text: label, ...(label === name ? {} : { sub: name }) },
          value: value === undefined ? {} : { text: valueText(words, name, value), ...sub },
          saidBy:
            value === undefined ? {} : { tags: [sourceTag(words, hand === undefined ? 'sync' : 'portal')] },
          actions: isSettable
            ? { actions: [{ text: fact(words, value === undefined ? 'setIt' : 'change'), label, href }] }
            : '',
        },
      };
    }),
    empty: { title: say(words, 'noAttributes'), icon: 'applications' },
  };
}

const replaced = (words: T, name: string, value: RecordSheet['brought'][string]): string =>
  fact(words, 'replaced', { value: valueText(words, name, value) });

/** Who may, when the record says so itself. */
function accessList(page: RecordPage) {
  const { words, place, record, forms, mayEdit } = page;
  const levels = readAccessList({ ...record.brought, ...record.byHand });
  const isByHand = accessListAttributes.some((name) => name in record.byHand);
  const names = new Map(forms.groups.map(({ id, name }) => [id, name]));
  return {
    title: say(words, 'list.title'),
    text: say(words, levels ? 'list.own' : 'list.inherited'),
    tag: levels || isByHand ? sourceTag(words, isByHand ? 'portal' : 'sync') : undefined,
    edit: mayEdit
      ? {
          text: say(words, levels ? 'list.change' : 'list.make'),
          href: paths.recordAccessList(place.id, record.type, record.id),
        }
      : undefined,
    table: levels && {
      caption: say(words, 'list.title'),
      columns: [
        { key: 'group', text: words.t('decisions.acl.group') },
        { key: 'level', text: say(words, 'list.level') },
      ],
      rows: [...levels].map(([group, level]) => ({
        cells: {
          group: { text: names.get(group) ?? group, sub: group },
          level: words.t(`decisions.acl.levels.${level}`),
        },
      })),
      empty: { title: say(words, 'list.nobody'), icon: 'people' },
    },
  };
}
