// Permission ticks as Cedar reads them: per item and action the roles that have it and the roles that must not.
import type { Form } from '../../../src/modules/decisions/forms/index.ts';
import { allOf, anyOf, layer, memberOf, text } from './cedar-text.ts';

type PermissionsForm = Extract<Form, { kind: 'permissions' }>;
const rights = ['view', 'new', 'modify', 'delete'] as const;

/** Ticked for somebody's role, and prohibited for none of them. */
function ticked(form: PermissionsForm, node: string, right: string): string {
  const roles = (list: 'allowed' | 'notAllowed') =>
    form.ticks
      .filter((line) => line.node === node && line[list].some((tick) => tick === 'all' || tick === right))
      .map((line) => memberOf(line.role));
  return `((${anyOf(roles('allowed'))}) && !(${anyOf(roles('notAllowed'))}))`;
}

export function permissionPolicies(form: PermissionsForm): string[] {
  const policies: string[] = [];
  const moduleOf = new Map(form.modules.flatMap(({ id, items }) => items.map((item) => [item.id, id])));
  for (const { id } of form.modules) {
    policies.push(layer('module', 'view', ticked(form, id, 'view'), `resource == module::${text(id)}`));
  }
  for (const [item, module] of moduleOf) {
    for (const right of rights) {
      const open = allOf([ticked(form, module, 'view'), ticked(form, item, right)]);
      policies.push(layer('feature', right, open, `resource == feature::${text(item)}`));
    }
  }
  for (const { type, actions, item, right } of form.applies) {
    for (const action of actions) {
      const open = [ticked(form, moduleOf.get(item)!, 'view'), ticked(form, item, right ?? action)];
      policies.push(layer(type, action, allOf(open)));
    }
  }
  return policies;
}
