// Access lists become one gate per kind of record: the owner, the own list, else the list of the nearest record above that has
// one, by hand or by its domain value; and a gate for the permissions tab.
import type { Condition, Term } from '../condition.model.ts';
import type { Gate, Rule } from '../rights-model.model.ts';
import { listLevels, type AccessListsForm, type ListLevel } from './access-lists.form.ts';
import { namesOfGroup, type Vocabulary } from './vocabulary.form.ts';

const attributeOfLevel: Readonly<Record<ListLevel, string>> = {
  list: 'aclList',
  read: 'aclRead',
  modify: 'aclModify',
};

/** A type and the types above it that take part, nearest first. */
function chainOf(form: AccessListsForm, type: string, vocabulary: Vocabulary): string[] {
  const chain: string[] = [];
  let current: string | undefined = type;
  while (current !== undefined && form.types.includes(current) && !chain.includes(current)) {
    chain.push(current);
    current = vocabulary.types.get(current)?.parentType;
  }
  return chain;
}

const at = (depth: number, attribute: string): Term => ({
  resource: `${'parent.'.repeat(depth)}${attribute}`,
});
const hasOwnList = (depth: number): Condition => ({ eq: [at(depth, 'ownList'), { const: true }] });
/** No record nearer than this depth has a list of its own that would replace what stands here. */
const notReplacedBelow = (depth: number): Condition[] =>
  Array.from({ length: depth }, (_, nearer) => ({ not: hasOwnList(nearer) }));

function ruleOfOwnLists(form: AccessListsForm, type: string, depth: number, vocabulary: Vocabulary): Rule[] {
  return [...vocabulary.groups.keys()].flatMap((group) =>
    listLevels.map((level): Rule => ({
      id: `list:${form.id}/${type}/own-list/${level}/${group}`,
      effect: 'permit',
      groups: namesOfGroup(vocabulary, group),
      actions: form.actions[level],
      when: {
        all: [
          ...notReplacedBelow(depth),
          hasOwnList(depth),
          { in: [{ const: group }, at(depth, attributeOfLevel[level])] },
        ],
      },
    })),
  );
}

function rulesOfDomain(form: AccessListsForm, type: string, depth: number, vocabulary: Vocabulary): Rule[] {
  const { domain } = form;
  if (domain?.type !== type) return [];
  return domain.values.flatMap(({ value, groups }) =>
    groups.map(({ group, level }): Rule => ({
      id: `list:${form.id}/${type}/${value}/${level}/${group}`,
      effect: 'permit',
      groups: namesOfGroup(vocabulary, group),
      actions: form.actions[level],
      when: {
        all: [...notReplacedBelow(depth + 1), { eq: [at(depth, domain.attribute), { const: value }] }],
      },
    })),
  );
}

function gateOfLevels(form: AccessListsForm, type: string, vocabulary: Vocabulary): Gate {
  const actions = [...new Set(listLevels.flatMap((level) => form.actions[level]))];
  const owner: Rule = {
    id: `list:${form.id}/${type}/owner`,
    effect: 'permit',
    actions: form.actions.modify,
    when: { eq: [{ resource: 'owner' }, { subject: 'id' }] },
  };
  const lists = chainOf(form, type, vocabulary).flatMap((above, depth) => [
    ...ruleOfOwnLists(form, above, depth, vocabulary),
    ...rulesOfDomain(form, above, depth, vocabulary),
  ]);
  return { id: `${form.id}/${type}`, types: [type], actions, silence: 'deny', rules: [owner, ...lists] };
}

function gateOfTab(form: AccessListsForm): Gate {
  const saysSo = (value: boolean): Condition => ({ eq: [{ subject: 'permissionsTab' }, { const: value }] });
  return {
    id: `${form.id}/permissions-tab`,
    types: form.types,
    actions: [form.changePermissionsAction],
    silence: 'deny',
    rules: [
      {
        id: `list:${form.id}/permissions-tab`,
        effect: 'permit',
        when: form.permissionsTabDefault === 'on' ? { not: saysSo(false) } : saysSo(true),
      },
    ],
  };
}

export function compileAccessLists(form: AccessListsForm, vocabulary: Vocabulary): Gate[] {
  return [...form.types.map((type) => gateOfLevels(form, type, vocabulary)), gateOfTab(form)];
}
