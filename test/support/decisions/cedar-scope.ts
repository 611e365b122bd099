// Scope settings as Cedar reads them: which functions, departments and clients a person has is worked out as sets beforehand.
import type { Question } from '../../../src/modules/decisions/facts.model.ts';
import type { Form } from '../../../src/modules/decisions/forms/index.ts';
import { allOf, anyOf, layer, text } from './cedar-text.ts';

type ScopeForm = Extract<Form, { kind: 'scope' }>;

const clientSource: Record<string, string> = {
  all: 'true',
  active: 'resource.isActive',
  certain_departments: '(resource.isActive && resource.inDepartments.containsAny(principal.certain))',
  own_departments: '(resource.isActive && resource.inDepartments.containsAny(principal.own_KIND))',
  internal_function: '(resource.isActive && principal.guides.contains(resource.recordId))',
};
const departmentSource: Record<string, string> = {
  all: 'true',
  certain: 'principal.certain.contains(resource.recordId)',
  own: 'principal.own_KIND.contains(resource.recordId)',
  internal_function: 'principal.guidedDepartments.contains(resource.recordId)',
};

function table(form: ScopeForm, column: 'clients' | 'departments'): string {
  const sources = column === 'clients' ? clientSource : departmentSource;
  return anyOf(
    form.cells.map((cell) =>
      allOf([
        `principal.works_${cell.kind}`,
        `principal.sees == ${text(cell.visibility)}`,
        `(${anyOf(cell[column].map((source) => sources[source]!.replace('KIND', cell.kind)))})`,
      ]),
    ),
  );
}

export function scopePolicies(form: ScopeForm): string[] {
  return [
    ...(form.runningContractNeeded
      ? ['forbid (principal, action, resource) unless { principal.employed };']
      : []),
    ...form.clientActions.map((action) => layer(form.clientType, action, table(form, 'clients'))),
    ...form.departmentActions.map((action) => layer(form.departmentType, action, table(form, 'departments'))),
    ...(form.logbookType
      ? ['view', 'new', 'modify', 'delete'].map((action) =>
          layer(
            form.logbookType!,
            action,
            'resource has logbookType && principal.books.contains(resource.logbookType)',
          ),
        )
      : []),
  ];
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);

export function scopeAttributes(form: ScopeForm, { subject, resource, resourcesOf }: Question) {
  const list = (name: string) => subject.lists[name] ?? [];
  const departmentsWith = (kind: string) => {
    const names = form.functions.filter((line) => line.kind === kind).map((line) => line.function);
    return list('functions').filter((item) => names.includes(String(item['function'])));
  };
  const held = (visibleOnly: boolean) => {
    const listed = form.internalFunctions
      .filter((line) => line.departmentVisible || !visibleOnly)
      .map((line) => line.function);
    return list('internalFunctions')
      .filter((item) => listed.includes(String(item['function'])))
      .map((item) => String(item['client']));
  };
  const withVisibleDepartment = new Set(held(true));
  const guided = [...(resourcesOf?.(form.clientType) ?? [])].filter(
    (client) => client.attributes['active'] === true && withVisibleDepartment.has(client.id),
  );
  const works = (kind: string) => departmentsWith(kind).map((item) => String(item['department']));
  return {
    principal: {
      employed: list('contracts').length > 0,
      sees: String(subject.attributes['visibility'] ?? ''),
      certain: strings(subject.attributes['visibleDepartments']),
      books: strings(subject.attributes['logbookTypes']),
      works_department: departmentsWith('department').length > 0,
      works_client: departmentsWith('client').length > 0,
      own_department: works('department'),
      own_client: works('client'),
      guides: held(false),
      guidedDepartments: guided.flatMap((client) => strings(client.attributes['departments'])),
    },
    resource: {
      recordId: resource.id,
      isActive: resource.attributes['active'] === true,
      inDepartments: strings(resource.attributes['departments']),
    },
  };
}
