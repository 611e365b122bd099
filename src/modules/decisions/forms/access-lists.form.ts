// The form of access lists: who may list, read, or read and modify each single record. A value chosen on the parent decides by
// itself and is inherited by what hangs below; whoever may, makes an own list by hand. Source: seed 004.
//
// Facts it reads. Record: `owner`, the attribute of the domain, `ownList` (truth), `aclList`, `aclRead`, `aclModify` (sets of group
// codes). Person: attribute `permissionsTab` (truth), the switch in the user's settings.
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

export const listLevels = ['list', 'read', 'modify'] as const;
export type ListLevel = (typeof listLevels)[number];

const groupLevel = z.strictObject({ group: code, level: z.enum(listLevels) });

export const accessListsForm = z.strictObject({
  kind: z.literal('access_lists'),
  id: code,
  title,
  /** The kinds of record, parents before what hangs below them. */
  types: z.array(code).min(1),
  /** What each level lets people do, the lower levels included. */
  actions: z.strictObject({ list: z.array(code), read: z.array(code), modify: z.array(code) }),
  /** The action of the permissions tab; it also needs the level `modify`. */
  changePermissionsAction: code,
  /** Whether the tab shows for a person whose settings say nothing. */
  permissionsTabDefault: z.enum(['on', 'off']),
  domain: z
    .strictObject({
      type: code,
      attribute: code,
      name: title,
      values: z.array(z.strictObject({ value: title, groups: z.array(groupLevel) })).default([]),
    })
    .optional(),
});

export type AccessListsForm = z.infer<typeof accessListsForm>;
export type DomainValue = NonNullable<AccessListsForm['domain']>['values'][number];

function problemsOfDomain(form: AccessListsForm, vocabulary: Vocabulary): FormProblem[] {
  if (!form.domain) return [];
  const { type, values } = form.domain;
  const path = ['domain'];
  const inherits = vocabulary.types.get(type)?.parentType;
  return [
    ...(form.types.includes(type) ? [] : [{ code: 'unknown_type', path, params: { type } }]),
    // With a parent of its own it would have two sources of its list and no word on which counts.
    ...(inherits && form.types.includes(inherits) ? [{ code: 'domain_below', path, params: { type } }] : []),
    ...repeated(
      values.map(({ value }) => value),
      ['domain', 'values'],
    ),
    ...values.flatMap((value, index) => [
      ...repeated(
        value.groups.map(({ group }) => group),
        ['domain', 'values', index],
      ),
      ...value.groups.flatMap(({ group }) => unknownGroup(vocabulary, group, ['domain', 'values', index])),
    ]),
  ];
}

export function checkAccessLists(form: AccessListsForm, vocabulary: Vocabulary): FormProblem[] {
  return [
    ...form.types.flatMap((type, index) => unknownType(vocabulary, type, ['types', index])),
    ...repeated(form.types, ['types']),
    ...(form.actions.modify.includes(form.changePermissionsAction)
      ? []
      : [{ code: 'tab_without_level', path: ['actions'], params: { action: form.changePermissionsAction } }]),
    ...problemsOfDomain(form, vocabulary),
  ];
}
