// Builds what the pages about a rights model show: the document with its forms, one table to fill in, what would change.
import type { T } from '../../../platform/i18n.ts';
import { paths } from '../../../web/paths.ts';
import type { Action, DefinitionList, PageHeader, Table, TableCell } from '../../../web/view-models.ts';
import { applicationHeader, nameIn, type Place } from '../../rights/index.ts';
import type { Form, FormProblem, ModelForms } from '../forms/index.ts';
import { cellName, gridsOf, type Grid, type GridContext, type GridRow } from '../grids/index.ts';
import { differenceParts } from './difference.page.ts';
import type { Difference } from './models.difference.ts';
import type { ModelVersion, StoredModel } from './models.queries.ts';

export interface ModelPage {
  readonly words: T;
  readonly now: Date;
  readonly place: Place;
}

const say = (words: T, key: string, params?: Record<string, string | number>): string =>
  words.t(`decisions.${key}`, params);

const contextOf = (words: T, forms: ModelForms): GridContext => ({
  forms,
  t: words.t,
});

/** The table as it is read: what says nothing is left out. */
function readTable(words: T, grid: Grid): Table {
  const rows = grid.rows.filter((row) => !row.blank);
  const filled = grid.columns.filter((column) =>
    rows.some((row) => (row.cells[column.id]?.text ?? '') !== ''),
  );
  return {
    caption: grid.title,
    captionVisible: true,
    wide: true,
    columns: [{ key: 'head', text: grid.head }, ...filled.map(({ id, text }) => ({ key: `c-${id}`, text }))],
    rows: rows.map((row) => ({
      cells: {
        head: headOf(row),
        ...Object.fromEntries(filled.map(({ id }) => [`c-${id}`, textCell(row.cells[id]?.text ?? '')])),
      },
    })),
    empty: { title: say(words, 'empty') },
  };
}

const headOf = (row: GridRow): TableCell =>
  row.sub ? { text: row.label, sub: row.sub } : { text: row.label };
const textCell = (text: string): TableCell => (text === '' ? {} : { text });

/** The same table with a control wherever something can be said: the view draws it. */
function controlsOf(grid: Grid) {
  return {
    caption: grid.title,
    head: grid.head,
    columns: grid.columns,
    rows: grid.rows.map((row) => ({
      label: row.label,
      sub: row.sub,
      cells: grid.columns.map(({ id, text }) => ({
        name: cellName(row.id, id),
        label: `${row.label}: ${text}`,
        heading: text,
        text: row.cells[id]?.text ?? '',
        control: row.cells[id]?.control,
      })),
    })),
  };
}

function formSection(page: ModelPage, form: Form, forms: ModelForms, mayEdit: boolean) {
  const { words, place } = page;
  return {
    title: form.title,
    kind: say(words, `kinds.${form.kind}`),
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

function factsOf(words: T, model: ModelVersion): DefinitionList {
  const day = (at: Date | null) => (at ? words.dateTime(at) : '');
  return {
    columns: 2,
    items: [
      { term: say(words, 'version'), text: String(model.number) },
      { term: say(words, 'date'), text: day(model.validFrom ?? model.createdAt) },
      { term: say(words, 'status'), tags: [statusTag(words, model)] },
      { term: say(words, 'author'), text: authorOf(words, model) },
      ...(model.note ? [{ term: say(words, 'note'), text: model.note }] : []),
    ],
  };
}

const authorOf = (words: T, { authorId, authorName }: ModelVersion): string =>
  authorId === null ? say(words, 'byFiles') : (authorName ?? '');

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
) {
  const { words, place, now } = page;
  const draft = versions.find((version) => version.status === 'draft');
  const mayEdit = place.mayChange && (model?.status === 'draft' || (model?.status === 'valid' && !draft));
  const actions: Action[] = [];
  if (model?.status === 'valid') {
    actions.push({
      text: words.t('authzen.ask.link'),
      href: paths.askDecisions(place.id),
      kind: 'secondary',
    });
  }
  if (place.mayChange) {
    actions.push({
      text: words.t('authzen.powers.link'),
      href: paths.decisionClients(place.id),
      kind: 'quiet',
    });
  }
  if (place.mayChange) {
    actions.push({
      text: say(words, 'document.title'),
      href: paths.rightsModelDocument(place.id),
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
    empty: model
      ? undefined
      : { title: say(words, 'none'), text: say(words, 'noneText'), icon: 'applications' },
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
    readings: model?.forms.readings ?? [],
    groups: model && groupsTable(words, model.forms),
    sections: model ? model.forms.forms.map((form) => formSection(page, form, model.forms, mayEdit)) : [],
    versions: versionsTable(words, place, versions, model?.number),
  };
}

function groupsTable(words: T, forms: ModelForms): Table {
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
            ? filledBy.map((source) => sourceText(words, source)).join(', ')
            : say(words, 'byHand'),
      },
    })),
  };
}

function sourceText(words: T, source: string): string {
  const at = source.indexOf(':');
  return say(words, `sources.${source.slice(0, at)}`, { name: source.slice(at + 1) });
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
        author: authorOf(words, version),
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

/** One table with controls. `problems`: what does not fit together in what was sent. */
export function buildGridPage(
  page: ModelPage,
  forms: ModelForms,
  at: { readonly formId: string; readonly gridId: string; readonly version: number },
  state: { readonly problems?: readonly FormProblem[]; readonly stale?: boolean } = {},
) {
  const { words, place } = page;
  const form = forms.forms.find(({ id }) => id === at.formId);
  const grid = form && gridsOf(form, contextOf(words, forms)).find(({ id }) => id === at.gridId);
  if (!form || !grid) return undefined;
  return {
    header: subHeader(page, grid.title, form.title),
    errors: (state.problems ?? []).map((problem) => ({ text: problemText(words, problem) })),
    notice: state.stale ? { kind: 'warning' as const, text: say(words, 'edit.stale') } : undefined,
    action: paths.rightsModelGrid(place.id, at.formId, at.gridId),
    version: at.version,
    grid: controlsOf(grid),
    notes: grid.notes ?? [],
    cancelHref: paths.rightsModel(place.id),
  };
}

export function problemText(words: T, problem: FormProblem): string {
  const { code, params } = problem;
  return say(words, `problems.${code}`, params ?? {});
}

export function subHeader({ words, place }: ModelPage, title: string, subtitle?: string): PageHeader {
  const name = nameIn(place.names, words.lang, place.code);
  return {
    title,
    ...(subtitle ? { subtitle } : {}),
    breadcrumbs: [
      { text: name, href: paths.application(place.id) },
      { text: words.t('rights.tabs.rightsModel'), href: paths.rightsModel(place.id) },
      { text: title },
    ],
  };
}

/** The document itself, to take along, to bring in, or to change what the tables do not reach. */
export function buildDocumentPage(
  page: ModelPage,
  document: string,
  version: number,
  problems: readonly string[] = [],
) {
  const { words, place } = page;
  return {
    header: subHeader(page, say(words, 'document.title')),
    errors: problems.map((text) => ({ text })),
    action: paths.rightsModelDocument(place.id),
    version,
    field: {
      name: 'document',
      type: 'textarea' as const,
      label: say(words, 'document.label'),
      hint: say(words, 'document.hint'),
      rows: 24,
      width: 'full' as const,
      value: document,
    },
    cancelHref: paths.rightsModel(place.id),
  };
}

export function buildPreviewPage(
  page: ModelPage,
  draft: StoredModel,
  difference: Difference,
  names: ReadonlyMap<string, string>,
  actorGains: boolean,
) {
  const { words, place } = page;
  return {
    header: subHeader(
      page,
      say(words, 'preview.title'),
      say(words, 'preview.lead', { count: difference.people }),
    ),
    notice: actorGains ? { kind: 'warning' as const, text: say(words, 'preview.fourEyes') } : undefined,
    ...differenceParts(words, [draft.forms], difference, names),
    publish: actorGains ? undefined : paths.publishRightsModel(place.id),
    discard: paths.discardRightsModel(place.id),
    note: {
      name: 'note',
      label: say(words, 'note'),
      hint: say(words, 'preview.noteHint'),
      optional: true,
      maxlength: 500,
    },
    version: draft.version,
    cancelHref: paths.rightsModelVersion(place.id, 'draft'),
  };
}
