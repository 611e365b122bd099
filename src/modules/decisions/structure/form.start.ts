// What a form begins as: as little as its kind can be, for its owner to fill in.
import type { FormKind, ModelForms } from '../forms/index.ts';
import { functionKinds, visibilityTypes } from '../forms/scope.form.ts';
import type { Item } from './part.model.ts';

export const formKinds: readonly FormKind[] = [
  'permissions',
  'scope',
  'matrix',
  'record_lists',
  'access_lists',
];

/** A new form of the kind that was chosen, about the first kind of record and the first role there is. */
export function completeForm(item: Item, forms: ModelForms): Item {
  const kind = formKinds.find((each) => each === item['kind']);
  return kind === undefined ? item : { ...item, ...starts[kind](forms) };
}

const starts: Readonly<Record<FormKind, (forms: ModelForms) => Item>> = {
  permissions: () => ({ modules: [], ticks: [] }),
  scope: startOfScope,
  matrix: startOfMatrices,
  record_lists: () => ({ tables: [], lists: [] }),
  access_lists: startOfAccessLists,
};

function startOfScope({ resourceTypes }: ModelForms): Item {
  const [client, department = client] = resourceTypes;
  return {
    runningContractNeeded: true,
    clientType: client?.name,
    clientActions: client?.actions,
    departmentType: department?.name,
    departmentActions: department?.actions,
    functions: [],
    internalFunctions: [],
    cells: functionKinds.flatMap((kind) =>
      visibilityTypes.map((visibility) => ({ kind, visibility, clients: [], departments: [] })),
    ),
  };
}

function startOfMatrices({ groups }: ModelForms): Item {
  return { columns: groups.map(({ id, name }) => ({ id, name, groups: [id] })), matrices: [] };
}

function startOfAccessLists({ resourceTypes: [type] }: ModelForms): Item {
  return {
    types: type ? [type.name] : [],
    actions: { list: [], read: [], modify: type?.actions },
    changePermissionsAction: type?.actions.at(-1),
    permissionsTabDefault: 'off',
  };
}
