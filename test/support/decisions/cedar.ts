// A second reading of the forms, as Cedar policies: written from the forms and never from the gates and rules they compile to.
// Every layer is a `forbid … unless`; what Cedar cannot reach (quantifiers, other records) is worked out beforehand as data.
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Question, ResourceFacts } from '../../../src/modules/decisions/facts.model.ts';
import type { Form, ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { accessListPolicies, listAttributes } from './cedar-access-lists.ts';
import { matrixPolicies, matrixAttributes } from './cedar-matrix.ts';
import { permissionPolicies } from './cedar-permissions.ts';
import { scopeAttributes, scopePolicies } from './cedar-scope.ts';
import { anyOf, memberOf, text } from './cedar-text.ts';

type FormOf<Kind extends Form['kind']> = Extract<Form, { kind: Kind }>;
type Attributes = Record<string, CedarValueJson>;

function recordListPolicies(form: FormOf<'record_lists'>): string[] {
  return form.tables
    .filter(({ active }) => active)
    .flatMap((table) => {
      const lists = form.lists.filter((list) => list.table === table.id);
      if (lists.length === 0) return [];
      const code = `resource.${table.attribute}`;
      const lines = lists.flatMap(({ role, codes }) =>
        codes.map(
          (line) =>
            `(${memberOf(role)} && resource has ${table.attribute} && ${code} like ${text(line.code)})`,
        ),
      );
      const addressed = anyOf(lists.map(({ role }) => memberOf(role)));
      return table.actions.map(
        (action) =>
          `forbid (principal, action == Action::${text(`${table.type}/${action}`)}, resource) when { ${addressed} } unless { ${anyOf(lines)} };`,
      );
    });
}

function policiesOf(form: Form, forms: ModelForms): string[] {
  switch (form.kind) {
    case 'permissions':
      return permissionPolicies(form);
    case 'scope':
      return scopePolicies(form);
    case 'matrix':
      return matrixPolicies(form);
    case 'record_lists':
      return recordListPolicies(form);
    case 'access_lists':
      return accessListPolicies(form, forms);
  }
}

function attributesOf(form: Form, question: Question): { principal: Attributes; resource: Attributes } {
  switch (form.kind) {
    case 'scope':
      return scopeAttributes(form, question);
    case 'matrix':
      return matrixAttributes(form, question);
    case 'access_lists':
      return listAttributes(form, question);
    default:
      return { principal: {}, resource: {} };
  }
}

const plain = (resource: ResourceFacts): Attributes =>
  Object.fromEntries(
    Object.entries(resource.attributes).map(([name, value]) => [name, value as CedarValueJson]),
  );

/** What fills a group stands below it in Cedar's hierarchy; one source may fill several. */
function groupEntities(forms: ModelForms): EntityJson[] {
  const group = (id: string) => ({ type: 'Group', id });
  const fills = forms.groups.flatMap(({ id, filledBy }) => filledBy.map((source) => ({ source, id })));
  const bySource = Map.groupBy(fills, ({ source }) => source);
  return [
    ...forms.groups.map(({ id }) => ({ uid: group(id), attrs: {}, parents: [] })),
    ...[...bySource].map(([source, filled]) => ({
      uid: group(source),
      attrs: {},
      parents: filled.map(({ id }) => group(id)),
    })),
  ];
}

/** Answers questions on a document of forms with Cedar. */
export class CedarReading {
  readonly #forms: ModelForms;
  readonly #id: string;
  readonly #groups: EntityJson[];

  constructor(forms: ModelForms, id: string) {
    this.#forms = forms;
    this.#id = id;
    this.#groups = groupEntities(forms);
    const policies = [
      'permit (principal, action, resource);',
      ...forms.forms.flatMap((form) => policiesOf(form, forms)),
    ];
    const answer = cedar.preparsePolicySet(id, { staticPolicies: policies.join('\n') });
    if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  }

  allows(question: Question): boolean {
    return this.#ask(question) && this.#parentAllows(question);
  }

  /** "Seen only with its client" is a question of its own, which Cedar cannot ask from within a policy. */
  #parentAllows(question: Question): boolean {
    const { resource } = question;
    return this.#forms.forms
      .filter((form) => form.kind === 'scope')
      .flatMap((form) => form.below.filter(({ type }) => type === resource.type))
      .every(
        ({ clientAction }) =>
          resource.parent !== undefined &&
          this.allows({ ...question, resource: resource.parent, action: clientAction }),
      );
  }

  #ask(question: Question): boolean {
    const { subject, resource, action } = question;
    const principal: Attributes = { id: subject.id };
    const attrs: Attributes = plain(resource);
    for (const form of this.#forms.forms) {
      const more = attributesOf(form, question);
      Object.assign(principal, more.principal);
      Object.assign(attrs, more.resource);
    }
    if (resource.owner !== undefined) attrs['owner'] = resource.owner;
    const uids = { user: { type: 'User', id: subject.id }, record: { type: resource.type, id: resource.id } };
    const answer = cedar.statefulIsAuthorized({
      principal: uids.user,
      action: { type: 'Action', id: `${resource.type}/${action}` },
      resource: uids.record,
      context: {},
      preparsedPolicySetId: this.#id,
      entities: [
        ...this.#groups,
        {
          uid: uids.user,
          attrs: principal,
          parents: subject.groups.map((id) => ({ type: 'Group', id })),
        },
        { uid: uids.record, attrs, parents: [] },
      ],
    });
    // A policy that errs is left out by Cedar, which would open a layer: it must never happen here.
    if (answer.type !== 'success' || answer.response.diagnostics.errors.length > 0) {
      throw new Error(JSON.stringify(answer));
    }
    return answer.response.decision === 'allow';
  }
}
