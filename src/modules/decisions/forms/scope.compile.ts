// Scope settings become gates: a running contract, the client table, the department table, and what hangs on a client. A person
// with functions of both kinds gets the union of their cells.
import type { Condition, Term } from '../condition.model.ts';
import type { Gate, Rule } from '../rights-model.model.ts';
import type { ScopeCell, ScopeForm } from './scope.form.ts';
import type { Vocabulary } from './vocabulary.form.ts';

type ClientSource = ScopeCell['clients'][number];
type DepartmentSource = ScopeCell['departments'][number];

const item = (name: string): Term => ({ item: name });
const constant = (value: string | boolean | readonly string[]): Term => ({ const: value });

const functionsOfKind = (form: ScopeForm, kind: ScopeCell['kind']) =>
  form.functions.filter((line) => line.kind === kind).map((line) => line.function);

const hasVisibility = (cell: ScopeCell): Condition => ({
  eq: [{ subject: 'visibility' }, constant(cell.visibility)],
});

/** The person has a function of this kind under a running contract. */
const hasKind = (form: ScopeForm, cell: ScopeCell): Condition => ({
  some: 'functions',
  that: { in: [item('function'), constant(functionsOfKind(form, cell.kind))] },
});

/** The person has, in a department, a function of the kind of the cell. */
function ownDepartment(form: ScopeForm, cell: ScopeCell, departments: Term): Condition {
  return {
    some: 'functions',
    that: {
      all: [
        { in: [item('function'), constant(functionsOfKind(form, cell.kind))] },
        { meets: [item('department'), departments] },
      ],
    },
  };
}

/** The person holds one of the internal functions with the client. */
function heldWith(client: Term, functions: readonly string[]): Condition {
  return {
    some: 'internalFunctions',
    that: { all: [{ eq: [item('client'), client] }, { in: [item('function'), constant(functions)] }] },
  };
}

function clientsFrom(form: ScopeForm, cell: ScopeCell, source: ClientSource): Condition[] {
  const active: Condition = { eq: [{ resource: 'active' }, constant(true)] };
  const departments: Term = { resource: 'departments' };
  if (source === 'all') return [];
  if (source === 'active') return [active];
  if (source === 'certain_departments')
    return [active, { meets: [{ subject: 'visibleDepartments' }, departments] }];
  if (source === 'own_departments') return [active, ownDepartment(form, cell, departments)];
  const listed = form.internalFunctions.map((line) => line.function);
  return [active, heldWith({ resource: 'id' }, listed)];
}

function departmentsFrom(form: ScopeForm, cell: ScopeCell, source: DepartmentSource): Condition[] {
  const department: Term = { resource: 'id' };
  if (source === 'all') return [];
  if (source === 'certain') return [{ in: [department, { subject: 'visibleDepartments' }] }];
  if (source === 'own') return [ownDepartment(form, cell, department)];
  const visible = form.internalFunctions
    .filter((line) => line.departmentVisible)
    .map((line) => line.function);
  return [
    {
      exists: form.clientType,
      that: {
        all: [
          { eq: [{ found: 'active' }, constant(true)] },
          { in: [department, { found: 'departments' }] },
          heldWith({ found: 'id' }, visible),
        ],
      },
    },
  ];
}

function rulesOfTable(form: ScopeForm, table: 'clients' | 'departments'): Rule[] {
  return form.cells.flatMap((cell) => {
    const rule = (source: string, more: readonly Condition[]): Rule => ({
      id: `scope:${table}/${cell.kind}.${cell.visibility}/${source}`,
      effect: 'permit',
      // The own departments are those of such a function, so having one need not be asked again.
      when: {
        all: [hasVisibility(cell), ...(source.startsWith('own') ? [] : [hasKind(form, cell)]), ...more],
      },
    });
    return table === 'clients'
      ? cell.clients.map((source) => rule(source, clientsFrom(form, cell, source)))
      : cell.departments.map((source) => rule(source, departmentsFrom(form, cell, source)));
  });
}

function contractGate(form: ScopeForm, vocabulary: Vocabulary, features: readonly string[]): Gate {
  return {
    id: `${form.id}/contract`,
    types: [...features, ...vocabulary.types.keys()],
    silence: 'deny',
    rules: [
      { id: 'scope:contract/running', effect: 'permit', when: { some: 'contracts', that: { all: [] } } },
    ],
  };
}

function logbookGate(form: ScopeForm, type: string): Gate {
  return {
    id: `${form.id}/logbook-types`,
    types: [type],
    silence: 'deny',
    rules: [
      {
        id: 'scope:logbooks/type',
        effect: 'permit',
        when: { in: [{ resource: 'logbookType' }, { subject: 'logbookTypes' }] },
      },
    ],
  };
}

/** @param features resource types of the model itself, which need a running contract too. */
export function compileScope(form: ScopeForm, vocabulary: Vocabulary, features: readonly string[]): Gate[] {
  return [
    ...(form.runningContractNeeded ? [contractGate(form, vocabulary, features)] : []),
    {
      id: `${form.id}/clients`,
      types: [form.clientType],
      actions: form.clientActions,
      silence: 'deny',
      rules: rulesOfTable(form, 'clients'),
    },
    {
      id: `${form.id}/departments`,
      types: [form.departmentType],
      actions: form.departmentActions,
      silence: 'deny',
      rules: rulesOfTable(form, 'departments'),
    },
    ...form.below.map(({ type, clientAction }): Gate => ({
      id: `${form.id}/client-of:${type}`,
      types: [type],
      silence: 'deny',
      parent: { action: clientAction },
      rules: [],
    })),
    ...(form.logbookType ? [logbookGate(form, form.logbookType)] : []),
  ];
}
