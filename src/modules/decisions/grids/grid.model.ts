// A part of a form as a table: read and printed as it stands, or with a control in every cell. The same rows serve both.
import type { ModelForms } from '../forms/index.ts';

export type Control =
  | { readonly kind: 'select'; readonly value: string; readonly options: readonly Choice[] }
  | { readonly kind: 'checks'; readonly options: readonly Box[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'lines'; readonly value: string };

/** One of several boxes in a cell; sent as if it were a column of its own. */
export interface Box {
  readonly column: string;
  readonly text: string;
  readonly ticked: boolean;
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export interface GridCell {
  /** What stands there when it is read, line by line; empty: nothing. */
  readonly text: string;
  /** Says that there is nothing to say: read quietly. */
  readonly quiet?: boolean | undefined;
  /** Absent: it cannot be changed here. */
  readonly control?: Control | undefined;
}

export interface GridRow {
  readonly id: string;
  readonly label: string;
  readonly sub?: string | undefined;
  readonly cells: Readonly<Record<string, GridCell>>;
  /** Said of the whole row instead of any cell. */
  readonly whole?: string | undefined;
  /** Says nothing so far; shown only where it can be filled in. */
  readonly blank?: boolean | undefined;
}

export interface Grid {
  readonly id: string;
  readonly title: string;
  /** Heading of the first column. */
  readonly head: string;
  readonly columns: readonly { readonly id: string; readonly text: string }[];
  readonly rows: readonly GridRow[];
  readonly notes?: readonly string[] | undefined;
  /** Many narrow columns with a sign in each. */
  readonly dense?: boolean | undefined;
  /** Every column is shown, also one in which nobody said anything: tables of one kind look alike. */
  readonly fixed?: boolean | undefined;
}

export interface GridContext {
  readonly forms: ModelForms;
  /** A text. */
  readonly t: (key: string, params?: Record<string, string | number>) => string;
}

/** What was sent for a cell; absent: the cell was not on the page, or its box was not ticked. */
export type ReadCell = (row: string, column: string) => string | undefined;

export const cellName = (row: string, column: string): string => `${row}|${column}`;

export const nameOfGroup = (context: GridContext, id: string): string =>
  context.forms.groups.find((group) => group.id === id)?.name ?? id;

/** A cell with a choice; what is read is the text of the value. */
export function choiceCell(value: string, options: readonly Choice[]): GridCell {
  const text = options.find((option) => option.value === value)?.text ?? value;
  return { text: value === '' ? '' : text, control: { kind: 'select', value, options } };
}
