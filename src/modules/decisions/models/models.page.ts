// Builds the page of a rights model: the document with its forms, as it is read and printed, and its versions.
import type { Names } from '../../../platform/db/types.ts';
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Action, DefinitionList, Table, TableCell } from '../../../web/view-models.ts';
import { applicationHeader, type Place } from '../../rights/index.ts';
import type { Form, ModelForms } from '../forms/index.ts';
import { gridsOf, type Grid, type GridCell, type GridRow } from '../grids/index.ts';
import { decisionSections } from '../sections.ts';
import type { ModelVersion, StoredModel } from './models.queries.ts';
import { unfinishedNotice } from '../structure/unfinished.page.ts';
import { contextOf, say, sourceText, type ModelPage } from './page-parts.ts';

/** The table as it is read: what says nothing is left out. */
function readTable(words: T, grid: Grid): Table {
  const rows = grid.rows.filter((row) => !row.blank);
  const filled = grid.columns.filter(
    (column) => grid.fixed || rows.some((row) => (row.cells[column.id]?.text ?? '') !== ''),
  );
  return {
    caption: grid.title,
    captionVisible: true,
    // Signs in many columns are read across; texts become cards where there is little room.
    wide: grid.dense ?? false,
    dense: grid.dense ?? false,
    columns: [{ key: 'head', text: grid.head }, ...filled.map(({ id, text }) => ({ key: `c-${id}`, text }))],
    rows: rows.map((row) => ({
      ...(row.whole === undefined ? {} : { whole: row.whole }),
      cells: {
        head: headOf(row),
        ...Object.fromEntries(filled.map(({ id }) => [`c-${id}`, textCell(row.cells[id])])),
      },
    })),
    empty: { title: say(words, 'empty') },
  };
}

const headOf = (row: GridRow): TableCell =>
  row.sub ? { text: row.label, sub: row.sub } : { text: row.label };
const textCell = (cell: GridCell | undefined): TableCell =>
  cell && cell.text !== '' ? { text: cell.text, quiet: cell.quiet ?? false } : {};

function formSection(page: ModelPage, form: Form, forms: ModelForms, mayEdit: boolean) {
  const { words, place } = page;
  return {
    title: form.title,
    kind: say(words, `kinds.${form.kind}`),
    legend: form.kind === 'matrix' ? legendOfLevels(words) : [],
    isWide: form.kind === 'matrix',
    grids: gridsOf(form, contextOf(words, forms)).map((grid) => ({
      table: readTable(words, grid),
      notes: grid.notes ?? [],
      edit: mayEdit
        ? {
            text: say(words, 'edit.action'),
            label: grid.title,
            href: paths.rightsModelGrid(place.id, form.id, grid.id),
          }
        : undefined,
    })),
  };
}

/** What the signs in a matrix stand for, and whoever is in none of its columns. */
const legendOfLevels = (words: T): string[] => [
  ...['GT', 'L', 'W', 'D', 'WD', 'VB'].map((level) => `${level}: ${say(words, `matrix.levels.${level}`)}`),
  say(words, 'matrix.byDefault'),
];

function factsOf(words: T, model: ModelVersion): DefinitionList {
  const day = (at: Date | null) => (at ? words.dateTime(at) : '');
  return {
    columns: 2,
    items: [
      { term: say(words, 'version'), text: String(model.number) },
      { term: say(words, 'date'), text: day(model.validFrom ?? model.createdAt) },
      { term: say(words, 'status'), tags: [statusTag(words, model)] },
      { term: say(words, 'author'), text: authorOf(words, model) },
      ...(publisherOf(model) ? [{ term: say(words, 'publisher'), text: publisherOf(model)! }] : []),
      ...(model.note ? [{ term: say(words, 'note'), text: model.note }] : []),
    ],
  };
}

const authorOf = (words: T, { authorId, authorName }: ModelVersion): string =>
  authorId === null ? say(words, 'byFiles') : (authorName ?? '');

/** Whoever published it, when that is somebody else than the author. */
const publisherOf = ({ authorId, publisherId, publisherName }: ModelVersion): string | undefined =>
  publisherId === null || publisherId === authorId ? undefined : (publisherName ?? '');

function authorCell(words: T, version: ModelVersion): TableCell {
  const publisher = publisherOf(version);
  const text = authorOf(words, version);
  return publisher === undefined ? { text } : { text, sub: say(words, 'publishedBy', { name: publisher }) };
}

function statusTag(words: T, model: ModelVersion) {
  const state = model.status === 'valid' ? 'active' : model.status === 'draft' ? 'pending' : 'ended';
  const discarded = model.status === 'superseded' && model.validFrom === null;
  return { text: say(words, `statuses.${discarded ? 'discarded' : model.status}`), state } as const;
}

/** The whole document, as it is read and printed. */
export function buildModelPage(
  page: ModelPage,
  versions: readonly ModelVersion[],
  model: StoredModel | undefined,
  rightNames: ReadonlyMap<string, Names> = new Map(),
) {
  const { words, place, now } = page;
  const draft = versions.find((version) => version.status === 'draft');
  const mayEdit = place.mayChange && (model?.status === 'draft' || (model?.status === 'valid' && !draft));
  const actions: Action[] = [];
  if (place.mayChange) {
    actions.push({
      text: say(words, 'document.title'),
      href: paths.rightsModelDocument(place.id),
      kind: 'quiet',
    });
  }
  if (mayEdit) {
    actions.push({
      text: words.t('structure.action'),
      href: paths.rightsModelStructure(place.id),
      kind: 'secondary',
    });
  }
  if (place.mayChange && model?.status === 'draft') {
    actions.push({
      text: say(words, 'preview.action'),
      href: paths.rightsModelPreview(place.id),
      kind: 'primary',
    });
  }
  return {
    header: applicationHeader(words, place, 'rightsModel', now, actions),
    parts: decisionSections(words, place, 'model'),
    empty: model
      ? undefined
      : {
          title: say(words, 'none'),
          text: say(words, 'noneText'),
          icon: 'applications',
          ...(place.mayChange
            ? { action: { text: words.t('structure.begin.title'), href: paths.beginRightsModel(place.id) } }
            : {}),
        },
    title: model?.forms.title,
    facts: model && factsOf(words, model),
    notice:
      model?.status === 'valid' && draft
        ? {
            kind: 'info' as const,
            text: say(words, 'draftWaits'),
            actions: [
              {
                text: say(words, 'seeDraft'),
                href: paths.rightsModelVersion(place.id, 'draft'),
                kind: 'quiet',
              },
            ],
          }
        : undefined,
    unfinished: mayEdit && model?.status === 'draft' ? unfinishedNotice(page, model.forms) : undefined,
    readings: model?.forms.readings ?? [],
    groups: model && groupsTable(words, model.forms, rightNames),
    sections: model ? model.forms.forms.map((form) => formSection(page, form, model.forms, mayEdit)) : [],
    versions: versionsTable(words, place, versions, model?.number),
  };
}

function groupsTable(words: T, forms: ModelForms, rightNames: ReadonlyMap<string, Names>): Table {
  return {
    caption: say(words, 'groups'),
    captionVisible: true,
    columns: [
      { key: 'name', text: say(words, 'group') },
      { key: 'filledBy', text: say(words, 'filledBy') },
    ],
    rows: forms.groups.map(({ id, name, filledBy }) => ({
      cells: {
        name: { text: name, sub: id },
        filledBy:
          filledBy.length > 0
            ? filledBy.map((source) => sourceText(words, source, rightNames)).join(', ')
            : say(words, 'byHand'),
      },
    })),
  };
}

function versionsTable(
  words: T,
  place: Place,
  versions: readonly ModelVersion[],
  shown: number | undefined,
): Table {
  return {
    caption: say(words, 'versions'),
    captionVisible: true,
    columns: [
      ...['version', 'date', 'status', 'author', 'note'].map((key) => ({ key, text: say(words, key) })),
      ...(versions.length > 1 ? [{ key: 'compare', text: say(words, 'compare.action'), hidden: true }] : []),
    ],
    rows: versions.map((version) => ({
      current: version.number === shown,
      cells: {
        version: {
          text: String(version.number),
          href: paths.rightsModelVersion(place.id, String(version.number)),
        },
        date: words.dateTime(version.validFrom ?? version.createdAt),
        status: { tags: [statusTag(words, version)] },
        author: authorCell(words, version),
        note: version.note ?? '',
        compare: { actions: compareAction(words, place, version.number, shown) },
      },
    })),
  };
}

/** From the older to the newer, whichever of them is shown. */
function compareAction(words: T, place: Place, number: number, shown: number | undefined) {
  if (shown === undefined || number === shown) return [];
  const [from, to] = [Math.min(number, shown), Math.max(number, shown)];
  return [
    {
      text: say(words, 'compare.with', { number: shown }),
      label: say(words, 'compare.label', { number }),
      href: paths.compareRightsModels(place.id, from, to),
    },
  ];
}
