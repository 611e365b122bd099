// The SEC module (seed 000) typed from the document: both tables at its end cell for cell, logbooks, contracts, and the roles.
import type { SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { feature, now, person, readTable, record, type Check } from './checks.ts';

const client = (id: string, active: boolean, department: string) =>
  record('client', id, { attributes: { active, departments: [department] } });

// The employee of every check works in `noord` and `leeg`, has `zuid` as certain department, and holds an internal function with
// the clients named after it: context guidance (department visible), individual guidance (not visible), volunteer (not listed).
const clients = [
  client('noord', true, 'noord'),
  client('noord-oud', false, 'noord'),
  client('zuid', true, 'zuid'),
  client('zuid-oud', false, 'zuid'),
  client('context', true, 'west'),
  client('context-oud', false, 'oost'),
  client('individueel', true, 'laag'),
  client('vrijwillig', true, 'elders'),
];
const departments = ['noord', 'leeg', 'zuid', 'west', 'oost', 'laag', 'elders'].map((id) =>
  record('department', id),
);
const resourcesOf = (type: string) => (type === 'client' ? clients : []);

const internalFunctions = [
  { client: 'context', function: 'Contextbegeleider' },
  { client: 'context-oud', function: 'Contextbegeleider' },
  { client: 'individueel', function: 'Individuele begeleider' },
  { client: 'vrijwillig', function: 'Vrijwilliger' },
];
const inDepartments = (name: string, ...where: string[]) =>
  where.map((department) => ({ function: name, department }));

function employee(
  visibility: string | undefined,
  functions: SubjectFacts['lists'][string],
  more: { roles?: string[]; contract?: boolean; logbookTypes?: string[] } = {},
): SubjectFacts {
  return person('medewerker', {
    groups: more.roles ?? ['cdms-medewerker'],
    attributes: {
      ...(visibility === undefined ? {} : { visibility }),
      visibleDepartments: ['zuid'],
      logbookTypes: more.logbookTypes ?? [],
    },
    lists: {
      contracts: (more.contract ?? true) ? [{ contract: '1' }] : [],
      functions,
      internalFunctions,
    },
  });
}

const departmentDecides = inDepartments('Begeleider (HSA)', 'noord', 'leeg');
const clientDecides = inDepartments('Contextcoördinator (HSA)', 'noord', 'leeg');

const everyClient = clients.map(({ id }) => id);
const everyDepartment = departments.map(({ id }) => id);
const active = ['noord', 'zuid', 'context', 'individueel', 'vrijwillig'];
const withInternalFunction = ['context', 'individueel'];

/** [who, sees which clients, sees which departments], in the order of the two tables. */
const tables: [string, SubjectFacts, string[], string[]][] = [
  ['D/alle', employee('all', departmentDecides), everyClient, everyDepartment],
  ['D/actieve', employee('active', departmentDecides), active, everyDepartment],
  [
    'D/bepaalde',
    employee('certain_departments', departmentDecides),
    ['zuid', ...withInternalFunction],
    ['zuid', 'west'],
  ],
  [
    'D/eigen',
    employee('own_departments', departmentDecides),
    ['noord', ...withInternalFunction],
    ['noord', 'leeg'],
  ],
  ['C/alle', employee('all', clientDecides), everyClient, everyDepartment],
  ['C/actieve', employee('active', clientDecides), active, everyDepartment],
  ['C/bepaalde', employee('certain_departments', clientDecides), withInternalFunction, ['west']],
  ['C/eigen', employee('own_departments', clientDecides), withInternalFunction, ['west']],
  [
    'beide soorten, eigen',
    employee('own_departments', [
      ...inDepartments('Begeleider (HSA)', 'zuid'),
      ...inDepartments('Contextcoördinator (HSA)', 'noord'),
    ]),
    ['zuid', ...withInternalFunction],
    ['zuid', 'west'],
  ],
  ['geen functie', employee('all', []), [], []],
  ...['all', 'active', 'certain_departments', 'own_departments'].map(
    (visibility): [string, SubjectFacts, string[], string[]] => [
      `functie buiten de tabel, ${visibility}`,
      employee(visibility, inDepartments('Poetshulp', 'noord')),
      [],
      [],
    ],
  ),
  ['geen zichtbaarheidstype', employee(undefined, departmentDecides), [], []],
  ['geen zichtbaarheidstype, cliënt bepaalt', employee(undefined, clientDecides), [], []],
  ['geen lopend contract', employee('all', departmentDecides, { contract: false }), [], []],
];

/** The function kinds of the examples in the tables: who sees the client of the own department by it. */
const examples = [
  ...['Directeur', 'Beleidsmedewerker', 'Teammanager', 'Opnamecoördinator', 'Pedagogisch coördinator (OKH)'],
  ...['Administratieve medewerker', 'Begeleider (OKH)', 'Stagiair (OKH)', 'Projectmedewerker (HSA)'],
  ...['POT (HSA)', 'Begeleider (HSA)'],
].map((name) => [name, true] as const);
const kinds = [
  ...examples,
  ['Contextcoördinator (OKH)', false] as const,
  ['Contextcoördinator (HSA)', false] as const,
];

function ofTables(): Check[] {
  return tables.flatMap(([says, subject, seesClients, seesDepartments]) => [
    ...clients.map((resource) => ({
      says: `${says}: cliënt ${resource.id}`,
      question: { subject, action: 'view', resource, now, resourcesOf },
      allowed: seesClients.includes(resource.id),
    })),
    ...departments.map((resource) => ({
      says: `${says}: departement ${resource.id}`,
      question: { subject, action: 'view', resource, now, resourcesOf },
      allowed: seesDepartments.includes(resource.id),
    })),
  ]);
}

function ofKinds(): Check[] {
  return kinds.map(([name, byDepartment]) => ({
    says: `${name} ziet cliënten van het eigen departement`,
    question: {
      subject: employee('own_departments', inDepartments(name, 'noord')),
      action: 'view',
      resource: clients[0]!,
      now,
      resourcesOf,
    },
    allowed: byDepartment,
  }));
}

function ofLogbooks(): Check[] {
  const entry = (of: string, logbookType: string) =>
    record('logbook', `${of}-${logbookType}`, {
      parent: clients.find(({ id }) => id === of),
      attributes: { logbookType },
    });
  const sees = (logbookTypes: string[], of: string, type: string, allowed: boolean): Check => ({
    says: `logboek ${type} van ${of} met types ${logbookTypes.join(',') || 'geen'}`,
    question: {
      subject: employee('own_departments', departmentDecides, { logbookTypes }),
      action: 'view',
      resource: entry(of, type),
      now,
      resourcesOf,
    },
    allowed,
  });
  return [
    sees(['dag'], 'noord', 'dag', true),
    sees(['dag'], 'noord', 'medicatie', false),
    sees(['dag', 'medicatie'], 'noord', 'medicatie', true),
    sees(['dag'], 'zuid', 'dag', false),
    sees([], 'noord', 'dag', false),
    sees(['dag'], 'geen-client', 'dag', false),
  ];
}

// Z zien, N nieuw, W wijzigen, V verwijderen; `.` nothing. Part roles do not open the module: `+` adds CDMS – Medewerker, which does;
// `&` adds CDMS – Administrator, which does too, and may delete file items.
const roles = `
                          clienten gezinnen instanties basisgegevens dossier logboek samenvoegen basistabellen controle
  cdms-medewerker         Z        Z        .          Z             ZNW     ZN      .           .             .
  cdms-medewerker&        Z        Z        .          Z             ZNWV    ZN      .           ZNWV          .
  cdms-administrator      .        .        .          .             V       .       .           ZNWV          .
  cdms-nieuwe-clienten    .        .        .          .             .       .       .           .             .
  cdms-nieuwe-clienten+   ZN       ZN       .          ZN            ZNW     ZN      .           .             .
  cdms-nieuwe-clienten&   ZN       ZN       .          N             V       .       .           ZNWV          .
  cdms-dossierbeheerder   .        .        .          .             .       .       .           .             .
  cdms-dossierbeheerder+  ZNWV     Z        .          ZNWV          ZNW     ZNWV    Z           .             Z
  cdms-dossierbeheerder&  ZNWV     .        .          ZNWV          ZNW     ZNWV    Z           ZNWV          Z
  cdms-contextbegeleider  .        .        .          .             .       .       .           .             .
  cdms-contextbegeleider+ Z        Z        .          ZW            ZNW     ZNW     .           .             .
  cdms-contextbegeleider& Z        .        .          ZW            ZNWV    ZNW     .           ZNWV          .
  cdms-instanties         .        .        .          .             .       .       .           .             .
  cdms-instanties+        Z        Z        ZNWV       Z             ZNW     ZN      .           .             .
  cdms-instanties&        .        .        ZNWV       .             V       .       .           ZNWV          .
  cdms-raadplegen         .        .        .          .             .       .       .           .             .
  cdms-raadplegen+        Z        Z        .          Z             Z       ZN      .           .             .
  cdms-raadplegen&        Z        Z        .          Z             Z       .       .           ZNWV          .
  cdms-raadplegen-basis   .        .        .          .             .       .       .           .             .
  cdms-raadplegen-basis+  Z        Z        .          Z             .       ZN      .           .             .
  cdms-raadplegen-basis&  Z        .        .          Z             .       .       .           ZNWV          .
  gps-mijn-gps            .        .        .          .             .       .       .           .             .`;
const otherModules = `
                          gps.personeel gps.mijn-gps gps.contracten gps.basistabellen gps.controle sec.gebruikers sec.wachtwoord sec.rollen sec.functies sec.departementen
  cdms-medewerker         .             .            .              .                 .            .              .              .          .            .
  gps-administrator       .             .            .              ZNWV              .            .              .              .          .            .
  gps-mijn-gps            .             ZW           .              .                 .            .              .              .          .            .
  gps-personeelmedewerker ZNWV          .            ZNW            .                 Z            .              .              .          .            .
  gps-raadplegen          Z             .            Z              .                 .            .              .              .          .            .
  sec-beheerder           .             .            .              .                 .            ZW             Z              ZNWV       ZNWV         Z`;
const modules = `
                          cdms gps sec
  cdms-medewerker         Z    .   .
  cdms-nieuwe-clienten    .    .   .
  cdms-dossierbeheerder   .    .   .
  cdms-contextbegeleider  .    .   .
  cdms-instanties         .    .   .
  cdms-raadplegen         .    .   .
  cdms-raadplegen-basis   .    .   .
  cdms-administrator      Z    .   .
  gps-administrator       .    Z   .
  gps-mijn-gps            .    Z   .
  gps-personeelmedewerker .    Z   .
  gps-raadplegen          .    Z   .
  sec-beheerder           .    .   Z`;

const letters = { view: 'Z', new: 'N', modify: 'W', delete: 'V' } as const;
const alsoIn: Record<string, string> = { '+': 'cdms-medewerker', '&': 'cdms-administrator' };
const rolesOf = (row: string) => {
  const also = alsoIn[row.at(-1)!];
  return also ? [row.slice(0, -1), also] : [row];
};

function ofRoles(table: string, type: string, prefix: string): Check[] {
  const actions = type === 'module' ? (['view'] as const) : (['view', 'new', 'modify', 'delete'] as const);
  return readTable(table).flatMap(({ row, column, cell }) =>
    actions.map((action) => ({
      says: `${row} ${action} ${prefix}${column}`,
      question: {
        subject: employee('all', departmentDecides, { roles: rolesOf(row) }),
        action,
        resource: feature(`${prefix}${column}`, type),
        now,
      },
      allowed: cell.includes(letters[action]),
    })),
  );
}

/** The same ticks on records: client data, files and logbook entries hang on their item. */
function ofRoleRecords(): Check[] {
  const target = clients[0]!;
  const about = {
    basisgegevens: target,
    dossier: record('file', 'stuk', { parent: target }),
    logboek: record('logbook', 'stuk', { parent: target, attributes: { logbookType: 'dag' } }),
  } as const;
  // A file or logbook entry is seen only with its client, so seeing basic data is part of it.
  const basis = new Map(
    readTable(roles)
      .filter(({ column }) => column === 'basisgegevens')
      .map(({ row, cell }) => [row, cell.includes('Z')]),
  );
  return readTable(roles).flatMap(({ row, column, cell }) => {
    if (column !== 'basisgegevens' && column !== 'dossier' && column !== 'logboek') return [];
    return (['view', 'new', 'modify', 'delete'] as const).map((action) => ({
      says: `${row} ${action} ${column} van een cliënt`,
      question: {
        subject: employee('all', departmentDecides, { roles: rolesOf(row), logbookTypes: ['dag'] }),
        action,
        resource: about[column],
        now,
        resourcesOf,
      },
      allowed: cell.includes(letters[action]) && (column === 'basisgegevens' || basis.get(row) === true),
    }));
  });
}

/** Departments are seen by whoever sees the clients' menu, as far as the table lets them. */
function ofRoleDepartments(): Check[] {
  return readTable(roles)
    .filter(({ column }) => column === 'clienten')
    .map(({ row, cell }) => ({
      says: `${row} departement`,
      question: {
        subject: employee('all', departmentDecides, { roles: rolesOf(row) }),
        action: 'view',
        resource: departments[0]!,
        now,
      },
      allowed: cell.includes('Z'),
    }));
}

export const truthOfSec: readonly Check[] = [
  ...ofTables(),
  ...ofKinds(),
  ...ofLogbooks(),
  ...ofRoles(roles, 'feature', 'cdms.'),
  ...ofRoles(otherModules, 'feature', ''),
  ...ofRoles(modules, 'module', ''),
  ...ofRoleRecords(),
  ...ofRoleDepartments(),
];
