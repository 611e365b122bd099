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
  const starts: Readonly<Record<string, (forms: ModelForms) => Item>> = {
    permissions: () => ({ modules: [], ticks: [] }),
    scope: startOfScope,
    matrix: startOfMatrices,
    record_lists: () => ({ tables: [], lists: [] }),
    access_lists: startOfAccessLists,
  };
  return { ...item, ...starts[String(item['kind'])]?.(forms) };
}

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

const startOfMatrices = ({ groups }: ModelForms): Item => ({
  columns: groups.map(({ id, name }) => ({ id, name, groups: [id] })),
  matrices: [],
});

function startOfAccessLists({ resourceTypes: [type] }: ModelForms): Item {
  return {
    types: type ? [type.name] : [],
    actions: { list: [], read: [], modify: type?.actions },
    changePermissionsAction: type?.actions.at(-1),
    permissionsTabDefault: 'off',
  };
}
