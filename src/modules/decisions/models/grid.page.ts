// Builds the page on which one table of a form is filled in.
import { paths } from '../../../web/paths.ts';
import type { FormProblem, ModelForms } from '../forms/index.ts';
import { cellName, gridsOf, type Control, type Grid, type GridRow } from '../grids/index.ts';
import { contextOf, problemText, say, subHeader, type ModelPage } from './page-parts.ts';

/** The same table with a control wherever something can be said: the view draws it. */
function controlsOf(grid: Grid) {
  return {
    caption: grid.title,
    head: grid.head,
    dense: grid.dense ?? false,
    columns: grid.columns,
    rows: grid.rows.map((row) => ({
      label: row.label,
      sub: row.sub,
      whole: row.whole,
      cells: grid.columns.map(({ id, text }) => ({
        name: cellName(row.id, id),
        label: `${row.label}: ${text}`,
        heading: text,
        text: row.cells[id]?.text ?? '',
        control: controlOf(row, row.cells[id]?.control),
      })),
    })),
  };
}

/** Each of several boxes in a cell has a name of its own. */
function controlOf(row: GridRow, control: Control | undefined) {
  if (control?.kind !== 'checks') return control;
  return {
    kind: control.kind,
    options: control.options.map(({ column, text, ticked }) => ({
      name: cellName(row.id, column),
      text,
      ticked,
    })),
  };
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
