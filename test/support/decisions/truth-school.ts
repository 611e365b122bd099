// The access matrices of the school (seed 001) typed from the note, all rows of all five; merged cells as the decision record
// on rights models reads them.
import type { SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { now, person, readTable, record, type Check } from './checks.ts';

const pupils = `
                     ICT CLB Dir Zorg LkLes LkGeen Secr Ouders Zelf Derden
  openbaar           -   -   -   -    -     -      -    -      -    -
  intern             VB  L   L   L    L     L      WD   GT     GT   GT
  vertrouwelijk      VB  L   L   WD   L     GT     L    GT     GT   GT
  geheim             VB  L   L   WD   GT    GT     GT   GT     GT   GT`;
const parents = `
                     ICT CLB Dir Zorg LkLes LkGeen Secr Ouders Zelf Derden
  openbaar           -   -   -   -    -     -      -    -      -    -
  intern             VB  L   L   L    L     L      WD   GT     GT   GT
  vertrouwelijk      VB  L   L   WD   L     GT     L    GT     GT   GT
  geheim             -   -   -   -    -     -      -    -      -    -
  financieel         VB  GT  L   GT   GT    GT     WD   GT     GT   GT`;
const staff = `
                     ICT CLB Dir Zorg LkLes LkGeen Secr Ouders Zelf Derden
  openbaar           VB  L   L   L    L     L      WD   L      L    L
  intern             VB  GT  WD  GT   GT    GT     WD   GT     GT   GT
  vertrouwelijk      VB  GT  WD  GT   GT    GT     WD   GT     GT   GT
  geheim             VB  GT  WD  GT   GT    GT     WD   GT     GT   GT
  functioneren       VB  GT  WD  GT   GT    GT     GT   GT     GT   GT`;
const formerPupils = `
                     ICT CLB Dir Zorg LkLes LkGeen Secr Ouders Zelf Derden
  openbaar           -   -   -   -    -     -      -    -      -    -
  intern             VB  GT  L   GT   GT    GT     L    GT     GT   GT
  vertrouwelijk      -   -   -   -    -     -      -    -      -    -
  geheim             -   -   -   -    -     -      -    -      -    -
  rijksregisternummer VB GT  L   GT   GT    GT     GT   GT     GT   GT`;
const formerStaff = `
                     ICT CLB Dir Zorg LkLes LkGeen Secr Ouders Zelf Derden
  openbaar           -   -   -   -    -     -      -    -      -    -
  intern             VB  GT  L   GT   GT    GT     L    GT     GT   GT
  vertrouwelijk      VB  GT  L   GT   GT    GT     L    GT     GT   GT
  geheim             VB  GT  L   GT   GT    GT     L    GT     GT   GT`;

/** What the note says each right lets people do; `-` is a row without data, where nobody has access. */
const meaning: Record<string, string[]> = {
  '-': [],
  GT: [],
  L: ['view'],
  W: ['view', 'new', 'modify'],
  WD: ['view', 'new', 'modify', 'delete'],
  VB: ['view', 'new', 'modify', 'delete', 'manage_access'],
};
const actions = ['view', 'new', 'modify', 'delete', 'manage_access'];

const teaches = (pupil: string) => ({ teaches: [{ pupil }] });
const shared: Record<string, SubjectFacts> = {
  ICT: person('ict', { groups: ['ict'] }),
  CLB: person('clb', { groups: ['clb'] }),
  Dir: person('dir', { groups: ['directie'] }),
  Zorg: person('zorg', { groups: ['zorg'] }),
  LkLes: person('les', { groups: ['leerkracht'], lists: teaches('pim') }),
  LkGeen: person('geen-les', { groups: ['leerkracht'], lists: teaches('roos') }),
  Ouders: person('ouder', { groups: ['ouders'], lists: { parentOf: [{ pupil: 'pim' }] } }),
  Zelf: person('pim', {}),
  Derden: person('derde', { groups: ['derden'] }),
};
const ofPupils = { ...shared, Secr: person('secr-l', { groups: ['secretariaat-leerlingen'] }) };
const ofStaff = { ...shared, Secr: person('secr-p', { groups: ['secretariaat-personeel'] }) };
/** Groups that no matrix names, or names for other data only. */
const outsiders = {
  pupils: [
    person('secr', { groups: ['secretariaat'] }),
    person('secr-p', { groups: ['secretariaat-personeel'] }),
    person('niemand', {}),
  ],
  staff: [
    person('secr', { groups: ['secretariaat'] }),
    person('secr-l', { groups: ['secretariaat-leerlingen'] }),
    person('niemand', {}),
  ],
};

function ofMatrix(
  id: string,
  table: string,
  people: Record<string, SubjectFacts>,
  strangers: readonly SubjectFacts[],
): Check[] {
  const datum = (row: string) =>
    record('gegeven', `${id}-${row}`, {
      nodes: [`${id}.${row}`],
      attributes: { pupils: ['pim'], about: 'pim' },
    });
  const cells = readTable(table);
  const rows = [...new Set(cells.map(({ row }) => row))];
  return [
    ...cells.flatMap(({ row, column, cell }) =>
      actions.map((action) => ({
        says: `${id} ${row} ${column} ${action}`,
        question: { subject: people[column]!, action, resource: datum(row), now },
        allowed: meaning[cell]!.includes(action),
      })),
    ),
    ...rows.flatMap((row) =>
      strangers.map((subject) => ({
        says: `${id} ${row} ${subject.id} (niet in de matrix)`,
        question: { subject, action: 'view', resource: datum(row), now },
        allowed: false,
      })),
    ),
  ];
}

/** "The pupils' data of Bingel is managed by one teacher instead of the ICT coordinator." */
function ofBingel(): Check[] {
  const inBingel = (row: string) =>
    record('gegeven', `bingel-${row}`, {
      nodes: [`leerlingen.${row}`],
      attributes: { pupils: ['pim'], system: 'bingel' },
    });
  const manager = person('bert', { groups: ['leerkracht', 'bingel-beheer'], lists: teaches('roos') });
  const elsewhere = (row: string) =>
    record('gegeven', 'elders', {
      nodes: [`leerlingen.${row}`],
      attributes: { pupils: ['pim'], system: 'smartschool' },
    });
  return ['intern', 'vertrouwelijk', 'geheim'].flatMap((row) => [
    ...actions.flatMap((action) => [
      {
        says: `Bingel ${row}: beheerder ${action}`,
        question: { subject: manager, action, resource: inBingel(row), now },
        allowed: true,
      },
      {
        says: `Bingel ${row}: ICT ${action}`,
        question: { subject: shared.ICT!, action, resource: inBingel(row), now },
        allowed: false,
      },
    ]),
    {
      says: `${row}: de beheerder van Bingel elders`,
      question: { subject: manager, action: 'modify', resource: elsewhere(row), now },
      allowed: false,
    },
    {
      says: 'zorg in Bingel',
      question: { subject: shared.Zorg!, action: 'view', resource: inBingel(row), now },
      allowed: true,
    },
  ]);
}

/** A specific row replaces the general one also for a record that is marked as both. */
function ofSpecificRows(): Check[] {
  const tables = [
    {
      id: 'ouders',
      table: parents,
      specific: 'financieel',
      people: ofPupils,
      general: ['intern', 'vertrouwelijk'],
    },
    {
      id: 'personeel',
      table: staff,
      specific: 'functioneren',
      people: ofStaff,
      general: ['openbaar', 'intern', 'vertrouwelijk', 'geheim'],
    },
    {
      id: 'oud-leerlingen',
      table: formerPupils,
      specific: 'rijksregisternummer',
      people: ofPupils,
      general: ['intern'],
    },
  ];
  return tables.flatMap(({ id, table, specific, people, general }) =>
    readTable(table)
      .filter(({ row }) => row === specific)
      .flatMap(({ column, cell }) =>
        general.flatMap((level) =>
          actions.map((action) => ({
            says: `${id}: ${specific} gaat voor op ${level}, ${column} ${action}`,
            question: {
              subject: (people as Record<string, SubjectFacts>)[column]!,
              action,
              resource: record('gegeven', 'beide', {
                nodes: [`${id}.${level}`, `${id}.${specific}`],
                attributes: { pupils: ['pim'], about: 'pim' },
              }),
              now,
            },
            allowed: meaning[cell]!.includes(action),
          })),
        ),
      ),
  );
}

/** The most permissive column of a person wins; GT forbids nothing. */
function ofSeveralColumns(): Check[] {
  const secret = record('gegeven', 'dossier', {
    nodes: ['leerlingen.geheim'],
    attributes: { pupils: ['pim'], about: 'pim' },
  });
  const teacherAndCare = person('beide', { groups: ['leerkracht', 'zorg'], lists: teaches('pim') });
  return [
    {
      says: 'leerkracht en zorg: de ruimste kolom telt',
      question: { subject: teacherAndCare, action: 'delete', resource: secret, now },
      allowed: true,
    },
  ];
}

export const truthOfSchool: readonly Check[] = [
  ...ofMatrix('leerlingen', pupils, ofPupils, outsiders.pupils),
  ...ofMatrix('ouders', parents, ofPupils, outsiders.pupils),
  ...ofMatrix('personeel', staff, ofStaff, outsiders.staff),
  ...ofMatrix('oud-leerlingen', formerPupils, ofPupils, outsiders.pupils),
  ...ofMatrix('oud-personeel', formerStaff, ofStaff, outsiders.staff),
  ...ofBingel(),
  ...ofSpecificRows(),
  ...ofSeveralColumns(),
];
