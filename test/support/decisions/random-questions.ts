// Random questions about each world, always the same ones: people, records and actions drawn from the words of its forms, with things
// absent, unknown and contradictory among them.
import fc from 'fast-check';
import type { Question, ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { compileForms, type ModelForms } from '../../../src/modules/decisions/forms/index.ts';
import { readWorld, type WorldName } from '../../../src/modules/decisions/worlds/worlds.files.ts';
import { feature, now, person, record } from './checks.ts';

type Attributes = fc.Arbitrary<ResourceFacts['attributes']>;
type Lists = fc.Arbitrary<SubjectFacts['lists']>;

interface Words {
  /** Roles that open what the others refine: half of the people have them. */
  readonly wide: readonly string[];
  /** The role that opens the module: most people have it. */
  readonly opening: string | undefined;
  readonly personAttributes: Attributes;
  readonly lists: Lists;
  readonly recordAttributes: Attributes;
  readonly nodes: fc.Arbitrary<string[]>;
}

const some = <T>(values: readonly T[], maxLength = 2) => fc.subarray([...values], { maxLength });
const maybe = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(shape, { requiredKeys: [] });
const noLists: Lists = fc.constant({});

const departments = ['d1', 'd2', 'd3'];
const clientIds = ['client-0', 'client-1', 'client-2'];
const functions = [
  ...['Directeur', 'Begeleider (HSA)', 'POT (HSA)'],
  ...['Contextcoördinator (OKH)', 'Contextcoördinator (HSA)', 'Poetshulp'],
];
const internal = ['Individuele begeleider', 'Contextbegeleider', 'Trajectbegeleider', 'Vrijwilliger'];
const pupils = ['p1', 'p2'];
const rows = compileForms(readWorld('school').forms).nodes.flatMap(({ id, parent }) => (parent ? [id] : []));

const words: Record<WorldName, Words> = {
  sec: {
    wide: ['cdms-administrator', 'cdms-dossierbeheerder'],
    opening: 'cdms-medewerker',
    personAttributes: maybe({
      visibility: fc.constantFrom('all', 'active', 'certain_departments', 'own_departments'),
      visibleDepartments: some(departments),
      logbookTypes: some(['dag', 'medicatie']),
    }) as Attributes,
    lists: fc.record({
      contracts: fc.constantFrom([{ contract: '1' }], [{ contract: '1' }], [{ contract: '1' }], []),
      functions: fc.array(
        fc.record({ function: fc.constantFrom(...functions), department: fc.constantFrom(...departments) }),
        { maxLength: 2 },
      ),
      internalFunctions: fc.array(
        fc.record({ client: fc.constantFrom(...clientIds), function: fc.constantFrom(...internal) }),
        { maxLength: 2 },
      ),
    }) as Lists,
    recordAttributes: maybe({
      active: fc.constantFrom(true, true, false),
      departments: some(departments),
      logbookType: fc.constantFrom('dag', 'medicatie', 'ander'),
    }) as Attributes,
    nodes: fc.constant([]),
  },
  school: {
    wide: ['leerkracht'],
    opening: undefined,
    personAttributes: fc.constant({}),
    lists: fc.record({
      teaches: some(pupils, 1).map((ids) => ids.map((pupil) => ({ pupil }))),
      parentOf: some(pupils, 1).map((ids) => ids.map((pupil) => ({ pupil }))),
    }) as Lists,
    recordAttributes: maybe({
      pupils: some(pupils),
      about: fc.constantFrom('somebody', 'u1', 'u2'),
      system: fc.constantFrom('bingel', 'smartschool'),
    }) as Attributes,
    nodes: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...rows).map((row) => [row]) },
      { weight: 2, arbitrary: some(rows, 2) },
    ),
  },
  exact: {
    wide: ['administratie', 'budgetmanager', 'projectleider'],
    opening: 'financieel-gebruiker',
    personAttributes: fc.constant({}),
    lists: noLists,
    recordAttributes: maybe({
      code: fc.constantFrom(
        '20',
        '21',
        '30',
        '60',
        '1',
        '10',
        '201',
        'VERKOOP',
        'SALARIS',
        'P-7-2026',
        'P-2026',
      ),
    }) as Attributes,
    nodes: fc.constant([]),
  },
  ecase: {
    wide: ['profil-fallfuehrung'],
    opening: 'benutzer',
    personAttributes: maybe({ permissionsTab: fc.boolean() }) as Attributes,
    lists: noLists,
    recordAttributes: maybe({
      schulstufe: fc.constantFrom('Primarstufe', 'Mittelstufe', 'Oberstufe', 'Kindergarten'),
      ownList: fc.constantFrom(true, false, false),
      aclList: some(['primarstufe', 'mittelstufe', 'profil-lehrperson', 'unbekannt']),
      aclRead: some(['oberstufe', 'schulsozialarbeit', 'profil-fallfuehrung']),
      aclModify: some(['primarstufe', 'oberstufe', 'schulsozialarbeit']),
    }) as Attributes,
    nodes: fc.constant([]),
  },
};

const people = ['u1', 'u2'];

function subjects(
  forms: ModelForms,
  { wide, opening, personAttributes, lists }: Words,
): fc.Arbitrary<SubjectFacts> {
  const names = forms.groups.flatMap(({ id, filledBy }) => [id, id, ...filledBy]);
  return fc
    .record({
      id: fc.constantFrom(...people),
      groups: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
      alsoWide: fc.option(fc.constantFrom(...wide)),
      isOpen: fc.constantFrom(true, true, true, false),
      attributes: personAttributes,
      lists,
    })
    .map(({ id, groups, alsoWide, isOpen, attributes, lists: facts }) => {
      const more = [alsoWide, isOpen ? opening : null].filter((group) => typeof group === 'string');
      return person(id, { groups: [...new Set([...groups, ...more])], attributes, lists: facts });
    });
}

/** A record of a type with the records above it, each with facts of its own. */
function chain(
  forms: ModelForms,
  type: string,
  { recordAttributes, nodes }: Words,
): fc.Arbitrary<ResourceFacts> {
  const declared = forms.resourceTypes.find(({ name }) => name === type)!;
  const own = fc.record(
    {
      owner: fc.constantFrom(...people, 'u3'),
      attributes: recordAttributes,
      nodes,
      number: fc.nat({ max: 2 }),
    },
    { requiredKeys: ['attributes', 'nodes', 'number'] },
  );
  const parents: fc.Arbitrary<ResourceFacts | undefined> = declared.parentType
    ? fc.option(chain(forms, declared.parentType, words[worldOf(forms)]), { nil: undefined, freq: 6 })
    : fc.constant(undefined);
  return fc.tuple(own, parents).map(([{ owner, attributes, nodes: places, number }, parent]) => {
    const known = Object.entries(attributes).filter(([name]) => name in declared.attributes);
    const id = type === 'department' ? departments[number]! : `${type}-${number}`;
    return record(type, id, { owner, parent, nodes: places, attributes: Object.fromEntries(known) });
  });
}

const titles = new Map<string, WorldName>(
  (Object.keys(words) as WorldName[]).map((name) => [readWorld(name).forms.title, name]),
);
const worldOf = (forms: ModelForms): WorldName => titles.get(forms.title)!;

/** The same questions every time, so that a failure can be looked at. */
export function randomQuestions(name: WorldName, count: number, seed = 20_260_601): Question[] {
  const { forms } = readWorld(name);
  const model = compileForms(forms);
  const kinds = model.resourceTypes.flatMap((type) => type.actions.map((action) => ({ type, action })));
  const records = new Map(
    forms.resourceTypes.map((type) => [type.name, chain(forms, type.name, words[name])]),
  );
  const clients = fc.array(records.get('client') ?? fc.constant(record('client', 'none')), { maxLength: 3 });
  const about = (type: string) =>
    records.get(type) ??
    fc
      .constantFrom(...model.nodes.filter((node) => node.type === type))
      .map((node) => feature(node.id, type));
  const question = fc.constantFrom(...kinds).chain(({ type, action }) =>
    fc
      .tuple(subjects(forms, words[name]), about(type.name), clients)
      .map(([subject, resource, others]): Question => {
        const resourcesOf = (wanted: string) => (wanted === 'client' ? others : []);
        return { subject, action, resource, now, resourcesOf };
      }),
  );
  return fc.sample(question, { numRuns: count, seed });
}
