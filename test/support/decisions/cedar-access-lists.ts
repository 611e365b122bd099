// Access lists as Cedar reads them: the list that counts for a record is found beforehand, walking up; Cedar sees three sets of groups.
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Question, ResourceFacts } from '../../../src/modules/decisions/facts.model.ts';
import type { Form, ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { allOf, anyOf, layer } from './cedar-text.ts';

type AccessListsForm = Extract<Form, { kind: 'access_lists' }>;
type Lists = Record<'list' | 'read' | 'modify', string[]>;

export function accessListPolicies(form: AccessListsForm, forms: ModelForms): string[] {
  const owns = '(resource has owner && resource.owner == principal.id)';
  const tab = form.permissionsTabDefault === 'on' ? 'principal.tab != "off"' : 'principal.tab == "on"';
  return form.types.flatMap((type) =>
    (forms.resourceTypes.find(({ name }) => name === type)?.actions ?? []).flatMap((action) => {
      const levels = (['list', 'read', 'modify'] as const).filter((level) =>
        form.actions[level].includes(action),
      );
      if (levels.length === 0) return [];
      const listed = levels.map((level) => `principal in resource.groups_${level}`);
      const owner = form.actions.modify.includes(action) ? [owns] : [];
      const may = `(${anyOf([...owner, ...listed])})`;
      return [layer(type, action, allOf(action === form.changePermissionsAction ? [may, tab] : [may]))];
    }),
  );
}

/** Own list, else the domain value, else the same of the parent. */
function listOf(form: AccessListsForm, record: ResourceFacts | undefined): Lists {
  if (!record || !form.types.includes(record.type)) return { list: [], read: [], modify: [] };
  const own = (name: string) => {
    const groups = record.attributes[name];
    return Array.isArray(groups) ? [...(groups as string[])] : [];
  };
  if (record.attributes['ownList'] === true) {
    return { list: own('aclList'), read: own('aclRead'), modify: own('aclModify') };
  }
  if (form.domain?.type === record.type) {
    const chosen = form.domain.values.find(
      ({ value }) => value === record.attributes[form.domain!.attribute],
    );
    const at = (level: string) =>
      (chosen?.groups ?? []).filter((line) => line.level === level).map(({ group }) => group);
    return { list: at('list'), read: at('read'), modify: at('modify') };
  }
  return listOf(form, record.parent);
}

export function listAttributes(form: AccessListsForm, { subject, resource }: Question) {
  const lists = listOf(form, resource);
  const groups = (ids: string[]): CedarValueJson => ids.map((id) => ({ __entity: { type: 'Group', id } }));
  const tab = subject.attributes['permissionsTab'];
  return {
    principal: { tab: tab === true ? 'on' : tab === false ? 'off' : 'unset' },
    resource: {
      groups_list: groups(lists.list),
      groups_read: groups(lists.read),
      groups_modify: groups(lists.modify),
    },
  };
}
