// Builds the list of the records that an application brought. Reads nothing itself.
import type { T } from '../../../platform/i18n.ts';
import type { listLinks, ListPage, ListQuery } from '../../../web/list-query.ts';
import { paths } from '../../../web/paths.ts';
import type { FilterBar, Table, TableCell } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
import { nameText, valueText } from '../facts/facts.words.ts';
import { accessListAttributes, type ResourceTypeForm } from '../forms/index.ts';
import { decisionSections } from '../sections.ts';
import type { ListedRecord } from './records.reading.ts';

export interface RecordListInput {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
  readonly types: readonly ResourceTypeForm[];
  /** Undefined: there is no model, and so no kind of record. */
  readonly type: ResourceTypeForm | undefined;
  readonly query: ListQuery<'id', 'type'>;
  readonly page: ListPage<ListedRecord>;
  readonly links: ReturnType<typeof listLinks>;
  readonly exportHref: string;
}

const say = (words: T, key: string): string => words.t(`decisions.records.${key}`);

export function buildRecordListPage(input: RecordListInput) {
  const { words, now, place, page } = input;
  return {
    header: applicationHeader(words, place, 'rightsModel', now),
    parts: decisionSections(words, place, 'records'),
    title: words.t('decisions.sections.records'),
    intro: say(words, 'intro'),
    filter: filterOf(input),
    table: tableOf(input),
    pager: { previousHref: page.previousHref, nextHref: page.nextHref },
    count: page.rows.length,
  };
}

function filterOf({ words, place, type, types, query, links, exportHref }: RecordListInput): FilterBar {
  const options = types.map(({ name, label }) => ({ value: name, text: label }));
  return {
    action: paths.decisionRecords(place.id),
    label: words.t('decisions.facts.searchCode'),
    q: query.q,
    live: 'records',
    exportHref,
    hidden: links.hidden,
    filters: [{ name: 'type', label: words.t('decisions.facts.kind'), value: type?.name, options }],
  };
}

/** A few words of what is said of a record, to tell it from others. */
function summaryOf(words: T, { attributes }: ListedRecord): TableCell {
  const plain = Object.entries(attributes).filter(
    ([name]) => !accessListAttributes.some((each) => each === name),
  );
  const own = attributes['ownList'] === true ? [say(words, 'list.title')] : [];
  const said = plain
    .slice(0, 3)
    .map(([name, value]) => `${nameText(words, name)}: ${valueText(words, name, value)}`);
  const all = [...said, ...own];
  return all.length > 0 ? { text: all.join('; ') } : {};
}

function tableOf({ words, place, query, page, links }: RecordListInput): Table {
  const isFiltered = query.q !== '';
  return {
    caption: words.t('decisions.sections.records'),
    columns: [
      { key: 'id', text: words.t('decisions.facts.code'), sort: links.sort('id') },
      { key: 'owner', text: say(words, 'owner') },
      { key: 'parent', text: say(words, 'parent') },
      { key: 'said', text: say(words, 'said') },
      { key: 'set', text: words.t('decisions.facts.set') },
    ],
    rows: page.rows.map((record) => ({
      cells: {
        id: { text: record.id, href: paths.decisionRecord(place.id, record.type, record.id) },
        owner: record.owner ?? {},
        parent: record.parent_id ?? {},
        said: summaryOf(words, record),
        set: words.t(record.is_set ? 'common.form.yes' : 'common.form.no'),
      },
    })),
    empty: {
      title: say(words, isFiltered ? 'noneFound' : 'none'),
      text: say(words, isFiltered ? 'noneFoundText' : 'noneText'),
      icon: 'applications',
      ...(isFiltered
        ? { action: { text: words.t('common.filter.clear'), href: links.link({ q: undefined }) } }
        : {}),
    },
  };
}
