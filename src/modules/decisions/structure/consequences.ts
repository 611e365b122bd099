// What is no longer in a document after something was taken out of it, in figures.
import type { Form, ModelForms } from '../forms/index.ts';
import type { PartKind } from './part.model.ts';

/** Keys of the texts under `structure.gone`. */
export type Gone =
  | ('groups' | 'types' | 'attributes' | 'readings' | 'modules' | 'items' | 'ticks' | 'applies')
  | ('columns' | 'columnGroups' | 'matrices' | 'rows' | 'cells' | 'exceptions')
  | ('tables' | 'lists' | 'codes' | 'values' | 'levels' | 'functions' | 'internal' | 'below');

type Counts = Partial<Record<Gone, number>>;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function countsOfForm(form: Form): Counts {
  switch (form.kind) {
    case 'permissions':
      return {
        modules: form.modules.length,
        items: sum(form.modules.map(({ items }) => items.length)),
        ticks: sum(form.ticks.map(({ allowed, notAllowed }) => allowed.length + notAllowed.length)),
        applies: form.applies.length,
      };
    case 'scope':
      return {
        functions: form.functions.length,
        internal: form.internalFunctions.length,
        below: form.below.length,
      };
    case 'matrix': {
      const rows = form.matrices.flatMap((matrix) => matrix.rows);
      return {
        columns: form.columns.length,
        columnGroups: sum(form.columns.map(({ groups }) => groups?.length ?? 0)),
        matrices: form.matrices.length,
        rows: rows.length,
        cells: sum(rows.map(({ cells }) => Object.keys(cells).length)),
        exceptions: form.exceptions.length,
      };
    }
    case 'record_lists':
      return {
        tables: form.tables.length,
        lists: form.lists.length,
        codes: sum(form.lists.map(({ codes }) => codes.length)),
      };
    case 'access_lists':
      return {
        values: form.domain?.values.length ?? 0,
        levels: sum(form.domain?.values.map(({ groups }) => groups.length) ?? []),
      };
  }
}

function countsOf(forms: ModelForms): Map<Gone, number> {
  const all: Counts[] = [
    {
      groups: forms.groups.length,
      types: forms.resourceTypes.length,
      attributes: sum(forms.resourceTypes.map(({ attributes }) => Object.keys(attributes).length)),
      readings: forms.readings.length,
    },
    ...forms.forms.map(countsOfForm),
  ];
  const counts = new Map<Gone, number>();
  for (const each of all)
    for (const [what, count] of Object.entries(each) as [Gone, number][])
      counts.set(what, (counts.get(what) ?? 0) + count);
  return counts;
}

export interface Consequence {
  readonly what: Gone;
  readonly count: number;
}

/** @param itself what was taken out, one of which is not told again */
export function whatIsGone(before: ModelForms, after: ModelForms, itself: PartKind): Consequence[] {
  const [were, are] = [countsOf(before), countsOf(after)];
  return [...were]
    .map(([what, count]) => ({ what, count: count - (are.get(what) ?? 0) - (what === itself ? 1 : 0) }))
    .filter(({ count }) => count > 0);
}
