// Ticks become gates: one that the module is open, one that the item is ticked. Not allowed beats allowed, in one role and
// across all roles of a person; new, modify and delete do not bring view along.
import type { Gate, Node, ResourceType, Rule } from '../rights-model.model.ts';
import { rightsOfTick, type AppliesLine, type PermissionsForm, type TickLine } from './permissions.form.ts';
import { namesOfGroup, type Vocabulary } from './vocabulary.form.ts';

/** Modules and features can be asked about themselves: "may she open this menu". */
export const featureTypes: readonly ResourceType[] = [
  { name: 'module', actions: ['view'], attributes: {}, ofModel: true },
  { name: 'feature', actions: rightsOfTick, attributes: {}, ofModel: true },
];

export function nodesOfPermissions(form: PermissionsForm): Node[] {
  return form.modules.flatMap((module) => [
    { id: module.id, type: 'module' },
    ...module.items.map(({ id }) => ({ id, parent: module.id, type: 'feature' })),
  ]);
}

type Tick = TickLine['allowed'][number];

/** The rules of one line of ticks that count for a right; without `right`, each tick speaks of its own action. */
function rulesOfLine(
  line: TickLine,
  vocabulary: Vocabulary,
  right: Tick | undefined,
  nodes: readonly string[] | undefined,
): Rule[] {
  const rule = (effect: Rule['effect'], tick: Tick): Rule => ({
    id: `tick:${line.role}/${line.node}/${effect === 'permit' ? '' : 'not-'}${tick}`,
    effect,
    groups: namesOfGroup(vocabulary, line.role),
    actions: right || tick === 'all' ? undefined : [tick],
    nodes,
  });
  const counts = (tick: Tick) => !right || tick === 'all' || tick === right;
  return [
    ...line.notAllowed.filter(counts).map((tick) => rule('forbid', tick)),
    ...line.allowed.filter(counts).map((tick) => rule('permit', tick)),
  ];
}

function gatesOfFeatures(form: PermissionsForm, vocabulary: Vocabulary): Gate[] {
  const modules = new Set(form.modules.map(({ id }) => id));
  const onModules = form.ticks.filter(({ node }) => modules.has(node));
  const onItems = form.ticks.filter(({ node }) => !modules.has(node));
  return [
    {
      id: `${form.id}/module`,
      types: ['module', 'feature'],
      silence: 'deny',
      rules: onModules.flatMap((line) => rulesOfLine(line, vocabulary, 'view', [line.node])),
    },
    {
      id: `${form.id}/item`,
      types: ['feature'],
      silence: 'deny',
      rules: onItems.flatMap((line) => rulesOfLine(line, vocabulary, undefined, [line.node])),
    },
  ];
}

function gatesOfRecords(form: PermissionsForm, applies: AppliesLine, vocabulary: Vocabulary): Gate[] {
  const { type, actions, item, right } = applies;
  const module = form.modules.find(({ items }) => items.some(({ id }) => id === item))?.id;
  const on = (node: string | undefined) => form.ticks.filter((line) => line.node === node);
  const suffix = `${type}:${actions.join('+')}`;
  const rulesOfItem = on(item).flatMap((line) => rulesOfLine(line, vocabulary, right, undefined));
  return [
    {
      id: `${form.id}/module:${suffix}`,
      types: [type],
      actions,
      silence: 'deny',
      rules: on(module).flatMap((line) => rulesOfLine(line, vocabulary, 'view', undefined)),
    },
    {
      id: `${form.id}/item:${suffix}`,
      types: [type],
      actions,
      silence: 'deny',
      // A tick for an action that this line does not speak of has no business here.
      rules: rulesOfItem.filter(
        (rule) => !rule.actions || rule.actions.some((each) => actions.includes(each)),
      ),
    },
  ];
}

export function compilePermissions(form: PermissionsForm, vocabulary: Vocabulary): Gate[] {
  return [
    ...gatesOfFeatures(form, vocabulary),
    ...form.applies.flatMap((line) => gatesOfRecords(form, line, vocabulary)),
  ];
}
