// Applies the rights of an application with their contexts. Contexts of a right are declared all or not at all.
import { newId } from '../../platform/ids.ts';
import { isAppError } from '../../platform/errors.ts';
import { checkDefinitions, listRightsOf, writeContexts, type ContextInput } from '../rights/index.ts';
import { periodFields, periodOf, cutsShort } from './periods.ts';
import { inside, type Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, writtenOrStored, type Run } from './run.ts';

const rightTable = {
  table: 'application_right',
  columns: {
    id: 'uuid',
    application_id: 'uuid',
    code: 'text',
    names: 'jsonb',
    descriptions: 'jsonb',
    position: 'integer',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const rightFields: Field[] = [
  { name: 'code', column: 'code' },
  { name: 'names', column: 'names' },
  { name: 'descriptions', column: 'descriptions' },
  { name: 'contexts', column: 'contexts' },
  ...periodFields,
];

type StoredRight = Awaited<ReturnType<typeof listRightsOf>>[number];

export async function applyRights(
  run: Run,
  declared: Declared<DeclaredValue<'applications'>>,
  applicationId: string,
): Promise<void> {
  const { trx } = run.change;
  const stored = await listRightsOf(trx, applicationId);
  const byCode = new Map(stored.map((right) => [right.code, right]));
  const items: Item[] = [];
  for (const [index, value] of (declared.value.rights ?? []).entries()) {
    const right = inside(declared, ['rights', index], value);
    const key = `right ${declared.value.code} ${value.code}`;
    if (!declareOnce(run, right, key)) continue;
    const old = byCode.get(value.code);
    const existing = old && asRow(old);
    const period = periodOf(run, right, existing);
    const names = writtenOrStored(run, right, 'names', value.names, existing?.names);
    const contexts = value.contexts?.map(fullContext) ?? existing?.contexts ?? [];
    if (names === undefined || period === undefined || areRefused(run, right, contexts)) {
      run.failed.add(key);
      continue;
    }
    items.push({
      declared: right,
      key,
      label: `${declared.value.code} ${value.code}`,
      existing,
      about: { applicationId },
      row: {
        id: old?.id ?? newId(),
        application_id: applicationId,
        code: value.code,
        names,
        contexts,
        descriptions: value.descriptions ?? old?.descriptions ?? {},
        position: old?.position ?? index,
        ...period,
        version: old?.version ?? 1,
      },
    });
  }
  await reconcile(run, items, {
    noun: 'rights',
    shape: rightTable,
    fields: rightFields,
    subjectType: 'right',
    created: 'right.created',
    changed: 'right.changed',
    writeAlso: async (some) => {
      for (const { row } of some)
        await writeContexts(run.change, String(row['id']), row['contexts'] as ContextInput[]);
    },
    afterUpdate: ({ existing, row }) => {
      if (cutsShort(run, existing, row)) run.change.accessEnded({ rightId: String(row['id']) });
    },
  });
  for (const { id, code, contexts } of await listRightsOf(trx, applicationId)) {
    run.lookups.rights.set(`${declared.value.code} ${code}`, { id, applicationId, contexts });
  }
}

function fullContext(
  given: Partial<ContextInput> & Pick<ContextInput, 'code' | 'names' | 'kind'>,
): ContextInput {
  return {
    code: given.code,
    names: given.names,
    kind: given.kind,
    required: given.required ?? false,
    many: given.many ?? false,
    pattern: given.pattern ?? null,
    options: given.options ?? [],
  };
}

/** As the table has it, with the contexts as they would be declared. */
function asRow(right: StoredRight) {
  return {
    id: right.id,
    code: right.code,
    names: right.names,
    descriptions: right.descriptions,
    version: right.version,
    valid_from: right.period.from,
    valid_until: right.period.until,
    position: right.position,
    contexts: right.contexts.map((context) =>
      fullContext({
        ...context,
        options: context.options
          .filter((option) => option.withdrawnAt === null)
          .map((option) => ({ code: option.code, names: option.names })),
      }),
    ),
  };
}

function areRefused(run: Run, right: Declared<unknown>, contexts: readonly ContextInput[]): boolean {
  try {
    checkDefinitions(contexts);
    return false;
  } catch (error) {
    if (!isAppError(error)) throw error;
    const fields = Object.entries(error.fields ?? {}).map(([path, wrong]) => ({
      path: path.split('.'),
      wrong,
    }));
    for (const { path, wrong } of fields) {
      const typed = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      run.problems.report(right, typed, wrong.code, wrong.params);
    }
    return true;
  }
}
