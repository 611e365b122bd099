// The form of permission ticks: role or profile × module, menu, working data, tool, base table, control report ×
// all, view, new, modify, delete, each allowed or not allowed. Source: seeds 000, 003 (menu) and 004 (profiles).
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

export const rightsOfTick = ['view', 'new', 'modify', 'delete'] as const;
export const ticks = ['all', ...rightsOfTick] as const;
export const itemKinds = ['menu', 'data', 'tool', 'table', 'report', 'object', 'function'] as const;

const tickList = z.array(z.enum(ticks)).default([]);

export const permissionsForm = z.strictObject({
  kind: z.literal('permissions'),
  id: code,
  title,
  modules: z.array(
    z.strictObject({
      id: code,
      name: title,
      items: z.array(z.strictObject({ id: code, name: title, kind: z.enum(itemKinds) })),
    }),
  ),
  /** One line per role and node that has any tick. */
  ticks: z.array(z.strictObject({ role: code, node: code, allowed: tickList, notAllowed: tickList })),
  /**
   * Which item a kind of record hangs on. `right`: what must be ticked for these actions; absent: the right of the same name.
   */
  applies: z
    .array(
      z.strictObject({
        type: code,
        actions: z.array(code).min(1),
        item: code,
        right: z.enum(rightsOfTick).optional(),
      }),
    )
    .default([]),
});

export type PermissionsForm = z.infer<typeof permissionsForm>;
export type TickLine = PermissionsForm['ticks'][number];
export type AppliesLine = PermissionsForm['applies'][number];

function problemsOfTick(
  form: PermissionsForm,
  tick: TickLine,
  vocabulary: Vocabulary,
  index: number,
): FormProblem[] {
  const path = ['ticks', index];
  const isModule = form.modules.some(({ id }) => id === tick.node);
  const isItem = form.modules.some(({ items }) => items.some(({ id }) => id === tick.node));
  const beyondOpening = [...tick.allowed, ...tick.notAllowed].some(
    (each) => each !== 'all' && each !== 'view',
  );
  return [
    ...unknownGroup(vocabulary, tick.role, path),
    ...(isModule || isItem ? [] : [{ code: 'unknown_node', path, params: { node: tick.node } }]),
    ...(isModule && beyondOpening ? [{ code: 'module_only_opens', path, params: { node: tick.node } }] : []),
  ];
}

/** A kind of record that hangs on an item must do so with every action, or some would need no tick at all. */
function problemsOfApplies(form: PermissionsForm, vocabulary: Vocabulary): FormProblem[] {
  const items = new Set(form.modules.flatMap((module) => module.items.map(({ id }) => id)));
  return form.applies.flatMap((line, index) => {
    const path = ['applies', index];
    const mapped = form.applies.filter(({ type }) => type === line.type).flatMap(({ actions }) => actions);
    const actions = vocabulary.types.get(line.type)?.actions ?? [];
    const open = actions.filter((action) => !mapped.includes(action));
    const unnamed = line.actions.filter(
      (action) => !line.right && !rightsOfTick.some((right) => right === action),
    );
    return [
      ...unknownType(vocabulary, line.type, path),
      ...(items.has(line.item) ? [] : [{ code: 'unknown_node', path, params: { node: line.item } }]),
      ...open.map((action) => ({ code: 'action_without_item', path, params: { type: line.type, action } })),
      ...unnamed.map((action) => ({
        code: 'action_without_right',
        path,
        params: { type: line.type, action },
      })),
    ];
  });
}

export function checkPermissions(form: PermissionsForm, vocabulary: Vocabulary): FormProblem[] {
  const nodes = form.modules.flatMap((module) => [module.id, ...module.items.map(({ id }) => id)]);
  return [
    ...repeated(nodes, ['modules']),
    ...repeated(
      form.ticks.map(({ role, node }) => `${role}/${node}`),
      ['ticks'],
    ),
    ...form.ticks.flatMap((tick, index) => problemsOfTick(form, tick, vocabulary, index)),
    ...problemsOfApplies(form, vocabulary),
  ];
}
