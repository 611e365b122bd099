// The form of record lists: per table (kind of data and what is done with it) a switch, and per role the codes its people are
// held to, with `*` for any text. Without a list for a table a person is not restricted in it. Source: seed 003.
import { z } from 'zod';
import {
  code,
  repeated,
  title,
  unknownGroup,
  unknownType,
  type FormProblem,
  type Vocabulary,
} from './vocabulary.form.ts';

export const recordListsForm = z.strictObject({
  kind: z.literal('record_lists'),
  id: code,
  title,
  tables: z.array(
    z.strictObject({
      id: code,
      name: title,
      type: code,
      actions: z.array(code).min(1),
      /** The attribute of the record that holds its code. */
      attribute: code,
      active: z.boolean(),
    }),
  ),
  lists: z.array(
    z.strictObject({
      table: code,
      role: code,
      /** An empty list gives nothing. */
      codes: z.array(
        z.strictObject({ code: z.string().trim().min(1).max(80), note: z.string().max(200).optional() }),
      ),
    }),
  ),
});

export type RecordListsForm = z.infer<typeof recordListsForm>;
export type RecordTable = RecordListsForm['tables'][number];

export function checkRecordLists(form: RecordListsForm, vocabulary: Vocabulary): FormProblem[] {
  const tables = new Set(form.tables.map(({ id }) => id));
  const covered = form.tables.flatMap(({ type, actions }) => actions.map((action) => `${type}/${action}`));
  return [
    ...repeated([...form.tables.map(({ id }) => id)], ['tables']),
    ...repeated(covered, ['tables']),
    ...form.tables.flatMap((table, index) => unknownType(vocabulary, table.type, ['tables', index])),
    ...repeated(
      form.lists.map(({ table, role }) => `${table}/${role}`),
      ['lists'],
    ),
    ...form.lists.flatMap((list, index) => [
      ...unknownGroup(vocabulary, list.role, ['lists', index]),
      ...(tables.has(list.table)
        ? []
        : [{ code: 'unknown_table', path: ['lists', index], params: { table: list.table } }]),
      ...repeated(
        list.codes.map((line) => line.code),
        ['lists', index, 'codes'],
      ),
    ]),
  ];
}
