// Which facts about people the forms of a rights model ask for: what an administrator can fill in by hand. Pure.
import type { Value } from '../condition.model.ts';
import type { AttributeType } from '../rights-model.model.ts';
import type { AccessListsForm } from './access-lists.form.ts';
import type { MatrixForm } from './matrix.form.ts';
import type { Form, ModelForms } from './model-forms.ts';
import { visibilityTypes, type ScopeForm } from './scope.form.ts';

/** One thing to fill in. */
export interface FactField {
  readonly name: string;
  readonly type: AttributeType;
  /** The only values there are; absent: any text. */
  readonly choices?: readonly string[] | undefined;
  /** Values are codes of records of this type. */
  readonly recordType?: string | undefined;
}

/** Members with fields, each with a period: contracts, functions, relationships with records. */
export interface FactList {
  readonly name: string;
  /** In the words of the document; absent: the portal has words of its own for the name. */
  readonly label?: string | undefined;
  readonly fields: readonly FactField[];
}

export interface DeclaredFacts {
  readonly attributes: readonly FactField[];
  readonly lists: readonly FactList[];
}

function ofScope(form: ScopeForm): DeclaredFacts {
  const department = { type: 'text', recordType: form.departmentType } as const;
  return {
    attributes: [
      { name: 'visibility', type: 'text', choices: visibilityTypes },
      { name: 'visibleDepartments', type: 'set', recordType: form.departmentType },
      ...(form.logbookType ? [{ name: 'logbookTypes', type: 'set' } as const] : []),
    ],
    lists: [
      ...(form.runningContractNeeded
        ? [{ name: 'contracts', fields: [{ name: 'contract', type: 'text' } as const] }]
        : []),
      {
        name: 'functions',
        fields: [
          { name: 'function', type: 'text', choices: form.functions.map((line) => line.function) },
          { name: 'department', ...department },
        ],
      },
      {
        name: 'internalFunctions',
        fields: [
          { name: 'client', type: 'text', recordType: form.clientType },
          { name: 'function', type: 'text', choices: form.internalFunctions.map((line) => line.function) },
        ],
      },
    ],
  };
}

/** Each list once, in the words of the first column that looks at it. */
function ofMatrix(form: MatrixForm): DeclaredFacts {
  const lists = form.columns.flatMap(({ name, relationship }): FactList[] =>
    relationship
      ? [{ name: relationship.list, label: name, fields: [{ name: relationship.field, type: 'text' }] }]
      : [],
  );
  return { attributes: [], lists };
}

const ofAccessLists = (_form: AccessListsForm): DeclaredFacts => ({
  attributes: [{ name: 'permissionsTab', type: 'truth' }],
  lists: [],
});

function ofForm(form: Form): DeclaredFacts {
  switch (form.kind) {
    case 'scope':
      return ofScope(form);
    case 'matrix':
      return ofMatrix(form);
    case 'access_lists':
      return ofAccessLists(form);
    case 'permissions':
    case 'record_lists':
      return { attributes: [], lists: [] };
  }
}

/** In the order of the forms, each name once. */
export function declaredFacts(forms: ModelForms): DeclaredFacts {
  const all = forms.forms.map(ofForm);
  return {
    attributes: onceByName(all.flatMap(({ attributes }) => attributes)),
    lists: onceByName(all.flatMap(({ lists }) => lists)),
  };
}

const onceByName = <Named extends { readonly name: string }>(all: readonly Named[]): Named[] =>
  all.filter(({ name }, index) => all.findIndex((other) => other.name === name) === index);

/** What of records of a type can be set by hand: what its application brings. Lists of who may what are not among these. */
export function declaredRecordFacts(forms: ModelForms, type: string): FactField[] {
  const declared = forms.resourceTypes.find(({ name }) => name === type)?.attributes ?? {};
  const listed = hasAccessList(forms, type);
  return Object.entries(declared)
    .filter(([name, { source }]) => source === 'record' && !(listed && isOfAccessList(name)))
    .map(([name, attribute]) => ({
      name,
      type: attribute.type,
      choices: domainValues(forms, type, name),
      recordType: departmentType(forms, type, name),
    }));
}

/** Whether records of the type can have a list of their own. */
export const hasAccessList = (forms: ModelForms, type: string): boolean =>
  forms.forms.some((form) => form.kind === 'access_lists' && form.types.includes(type));

/** The attributes by which a record carries its own list. */
export const accessListAttributes = ['ownList', 'aclList', 'aclRead', 'aclModify'] as const;
const isOfAccessList = (name: string): boolean => accessListAttributes.some((each) => each === name);

function domainValues(forms: ModelForms, type: string, name: string): string[] | undefined {
  const domains = forms.forms.flatMap((form) => (form.kind === 'access_lists' ? (form.domain ?? []) : []));
  const found = domains.find((domain) => domain.type === type && domain.attribute === name);
  return found?.values.map(({ value }) => value);
}

function departmentType(forms: ModelForms, type: string, name: string): string | undefined {
  const scopes = forms.forms.filter((form) => form.kind === 'scope');
  return scopes.find((form) => form.clientType === type && name === 'departments')?.departmentType;
}

/** Whether the value is one that can be filled in there. */
export function fitsField({ type, choices }: FactField, value: Value | undefined): boolean {
  switch (type) {
    case 'truth':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'set':
      return Array.isArray(value);
    case 'text':
    case 'date':
      return typeof value === 'string' && value !== '' && (!choices || choices.includes(value));
  }
}
