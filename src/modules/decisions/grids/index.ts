// Every form as tables, and a form with one of its tables filled in anew.
import type { Form, ModelForms } from '../forms/index.ts';
import { applyToAccessLists, gridsOfAccessLists } from './access-lists.grid.ts';
import type { Grid, GridContext, ReadCell } from './grid.model.ts';
import { applyToMatrix, gridsOfMatrix } from './matrix.grid.ts';
import { applyToPermissions, gridsOfPermissions } from './permissions.grid.ts';
import { applyToRecordLists, gridsOfRecordLists } from './record-lists.grid.ts';
import { applyToScope, gridsOfScope } from './scope.grid.ts';

export { cellName } from './grid.model.ts';
export type { Control, Grid, GridCell, GridContext, GridRow, ReadCell } from './grid.model.ts';

export function gridsOf(form: Form, context: GridContext): Grid[] {
  switch (form.kind) {
    case 'permissions':
      return gridsOfPermissions(form, context);
    case 'scope':
      return gridsOfScope(form, context);
    case 'matrix':
      return gridsOfMatrix(form, context);
    case 'record_lists':
      return gridsOfRecordLists(form, context);
    case 'access_lists':
      return gridsOfAccessLists(form, context);
  }
}

function applyGrid(form: Form, grid: string, read: ReadCell, groups: readonly string[]): Form {
  switch (form.kind) {
    case 'permissions':
      return applyToPermissions(form, grid, read);
    case 'scope':
      return applyToScope(form, grid, read);
    case 'matrix':
      return applyToMatrix(form, grid, read);
    case 'record_lists':
      return applyToRecordLists(form, grid, read);
    case 'access_lists':
      return applyToAccessLists(form, grid, read, groups);
  }
}

/** The document with one table of one form as it was filled in; everything else as it stood. */
export function withGrid(forms: ModelForms, formId: string, grid: string, read: ReadCell): ModelForms {
  const groups = forms.groups.map(({ id }) => id);
  const changed = forms.forms.map((form) =>
    form.id === formId ? applyGrid(form, grid, read, groups) : form,
  );
  return { ...forms, forms: changed };
}
