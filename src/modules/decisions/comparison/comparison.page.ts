// Builds the page that sets two versions of a rights model side by side: for whom it makes a difference, and where the
// documents differ.
import { paths } from '../../../web/paths.ts';
import type { Field, Table } from '../../../web/view-models.ts';
import { differenceParts } from '../models/difference.page.ts';
import { comparingPart } from '../models/comparing.ts';
import type { Standing } from '../models/difference.runs.ts';
import { subHeader, type ModelPage } from '../models/page-parts.ts';
import type { ModelVersion, StoredModel } from '../models/models.queries.ts';
import type { DocumentDifference } from './document.difference.ts';

export interface Compared {
  readonly before: StoredModel;
  readonly after: StoredModel;
  /** The version with which nobody can be asked anything yet. */
  readonly unfinished: ModelVersion | undefined;
  /** Undefined when one is unfinished. */
  readonly people: Standing | undefined;
  readonly names: ReadonlyMap<string, string>;
  readonly document: DocumentDifference;
}

export function buildComparisonPage(
  page: ModelPage,
  versions: readonly ModelVersion[],
  chosen: { readonly from: number; readonly to: number },
  compared: Compared | undefined,
) {
  const { words, place } = page;
  const say = (key: string): string => words.t(`decisions.compare.${key}`);
  return {
    header: subHeader(page, say('title'), say('lead')),
    empty: versions.length < 2 ? { title: say('none'), text: say('noneText') } : undefined,
    action: paths.compareRightsModels(place.id),
    fields: [
      versionField(page, versions, 'from', chosen.from),
      versionField(page, versions, 'to', chosen.to),
    ],
    submit: say('submit'),
    result: compared && resultOf(page, compared),
  };
}

function versionField(
  { words }: ModelPage,
  versions: readonly ModelVersion[],
  name: 'from' | 'to',
  value: number,
): Field {
  return {
    name,
    label: words.t(`decisions.compare.${name}`),
    type: 'select',
    value: String(value),
    options: versions.map((version) => {
      const status = words.t(`decisions.statuses.${statusOf(version)}`);
      const date = words.dateTime(version.validFrom ?? version.createdAt);
      return { value: String(version.number), text: `${version.number}: ${status}, ${date}` };
    }),
  };
}

const statusOf = ({ status, validFrom }: ModelVersion): string =>
  status === 'superseded' && validFrom === null ? 'discarded' : status;

type Say = (key: string, params?: Record<string, string | number>) => string;

function resultOf(page: ModelPage, compared: Compared) {
  const { words } = page;
  const { before, after } = compared;
  const say: Say = (key, params) => words.t(`decisions.compare.${key}`, params);
  return {
    title: say('result', { from: before.number, to: after.number }),
    people: { title: say('people'), ...peopleOf(page, say, compared) },
    document: { title: say('document'), ...documentOf(say, compared) },
  };
}

function peopleOf({ words, place }: ModelPage, say: Say, compared: Compared) {
  const { before, after, unfinished, people, names } = compared;
  if (!people) return { nothing: say('unfinished', { number: unfinished?.number ?? '' }) };
  if (people.state !== 'done') {
    const href = paths.compareRightsModels(place.id, before.number, after.number);
    return { comparing: { ...comparingPart(words, people), href } };
  }
  const { difference, at } = people;
  const asOf = words.t('decisions.comparing.at', { time: words.dateTime(at) });
  return {
    lead: `${words.t('decisions.preview.lead', { count: difference.people })} ${say('now')} ${asOf}`,
    ...differenceParts(words, [after.forms, before.forms], difference, names),
  };
}

function documentOf(say: Say, { before, after, document }: Compared) {
  const { cells, elsewhere } = document;
  const isSame = cells.length + elsewhere.length === 0;
  const inOrder = isSame && JSON.stringify(before.forms) === JSON.stringify(after.forms);
  return {
    nothing: isSame ? say(inOrder ? 'same' : 'order') : undefined,
    cells: cells.length > 0 ? cellTable(say, document) : undefined,
    elsewhere: elsewhere.length > 0 ? placeTable(say, document) : undefined,
  };
}

const columnsOf = (say: (key: string) => string, keys: readonly string[]) =>
  keys.map((key) => ({ key, text: say(key) }));

const cellTable = (say: (key: string) => string, { cells }: DocumentDifference): Table => ({
  caption: say('cells'),
  captionVisible: true,
  columns: columnsOf(say, ['row', 'table', 'column', 'before', 'after']),
  rows: cells.map(({ form, table, row, column, before, after }) => ({
    cells: {
      row: row.sub === undefined ? { text: row.label } : { text: row.label, sub: row.sub },
      table: { text: table, sub: form },
      column,
      before: before || say('nothing'),
      after: after || say('nothing'),
    },
  })),
});

const placeTable = (say: (key: string) => string, { elsewhere }: DocumentDifference): Table => ({
  caption: say('elsewhere'),
  captionVisible: true,
  columns: columnsOf(say, ['place', 'before', 'after']),
  rows: elsewhere.map(({ place, before, after }) => ({
    cells: { place: place.join(' › '), before: before || say('nothing'), after: after || say('nothing') },
  })),
});
