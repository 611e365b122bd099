// Function, data and object permissions of e-Case.Net (seed 004) typed from the document: its example "Schulstufe" and its sentences.
import type { ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { feature, now, person, readTable, record, type Check } from './checks.ts';

// Everybody has the widest profile here unless a check is about profiles, so that only the data permission decides.
const user = (id: string, ...groups: string[]) =>
  person(id, { groups: ['benutzer', 'profil-fallfuehrung', ...groups] });
const primary = user('prim', 'primarstufe');
const middle = user('mitt', 'mittelstufe');
const upper = user('ober', 'oberstufe');
const social = user('sozial', 'schulsozialarbeit');
const owner = user('besitzer');
const nobody = user('niemand');

const actions = ['list', 'read', 'modify', 'delete', 'change_permissions'] as const;
const nothing: string[] = [];
const listOnly = ['list'];
const reads = ['list', 'read'];
const changes = [...actions];

function may(
  says: string,
  subject: SubjectFacts,
  resource: ResourceFacts,
  allowed: readonly string[],
): Check[] {
  return actions.map((action) => ({
    says: `${says}: ${subject.id} ${action} ${resource.type}/${resource.id}`,
    question: { subject, action, resource, now },
    allowed: allowed.includes(action),
  }));
}

const client = (id: string, attributes: ResourceFacts['attributes']) =>
  record('client', id, { owner: 'besitzer', attributes });
const hand = {
  ownList: true,
  aclList: ['mittelstufe'],
  aclRead: ['oberstufe'],
  aclModify: ['schulsozialarbeit'],
};
const below = (type: string, parent: ResourceFacts, attributes: ResourceFacts['attributes'] = {}) =>
  record(type, `${parent.id}-${type}`, { parent, owner: 'verfasser', attributes });

const primaryClient = client('primar', { schulstufe: 'Primarstufe' });
const middleClient = client('mittel', { schulstufe: 'Mittelstufe' });
const upperClient = client('ober', { schulstufe: 'Oberstufe' });
const byHand = client('hand', { schulstufe: 'Primarstufe', ...hand });
const noRights = client('ohne', {});
const emptyList = client('leer', { schulstufe: 'Primarstufe', ownList: true });
const notOwnList = client('nicht-von-hand', { ...hand, ownList: false });

/** "Klienten mit dem Domänenwert Primarstufe und deren abhängige Objekte". */
function ofExample(): Check[] {
  const all = (top: ResourceFacts) => {
    const dossier = below('dossier', top);
    return [top, dossier, below('journal', top), below('service', top), below('document', dossier)];
  };
  return [
    ...all(primaryClient).flatMap((object) => [
      ...may('Primarstufe', primary, object, changes),
      ...may('Primarstufe', middle, object, reads),
      ...may('Primarstufe', upper, object, reads),
      ...may('Primarstufe', nobody, object, nothing),
      ...may('Primarstufe', social, object, nothing),
    ]),
    ...all(middleClient).flatMap((object) => [
      ...may('Mittelstufe', primary, object, reads),
      ...may('Mittelstufe', middle, object, changes),
      ...may('Mittelstufe', upper, object, reads),
    ]),
    ...all(upperClient).flatMap((object) => [
      ...may('Oberstufe', primary, object, reads),
      ...may('Oberstufe', middle, object, reads),
      ...may('Oberstufe', upper, object, changes),
    ]),
    ...all(byHand).flatMap((object) => [
      ...may('von Hand', primary, object, nothing),
      ...may('von Hand', middle, object, listOnly),
      ...may('von Hand', upper, object, reads),
      ...may('von Hand', social, object, changes),
    ]),
  ];
}

function ofOwners(): Check[] {
  const dossier = below('dossier', primaryClient, { ownList: true });
  const document = below('document', dossier);
  const author = user('verfasser');
  return [
    ...may('keine Rechte: nur der Besitzer', owner, noRights, changes),
    ...may('keine Rechte', primary, noRights, nothing),
    ...may('leere Liste: nur der Besitzer', owner, emptyList, changes),
    ...may('leere Liste ersetzt die des Domänenwerts', primary, emptyList, nothing),
    ...may('eine Liste, die nicht gilt', social, notOwnList, nothing),
    ...may('eine Liste, die nicht gilt', middle, notOwnList, nothing),
    ...may('eine Liste, die nicht gilt', upper, notOwnList, nothing),
    ...[dossier, document, below('journal', primaryClient), below('service', primaryClient)].flatMap(
      (object) => may('der Besitzer des Objekts', author, object, changes),
    ),
    ...may('der Besitzer des Klienten besitzt nicht, was daran hängt', owner, dossier, nothing),
    ...may('eigene Liste weiter unten ersetzt', primary, dossier, nothing),
    ...may('und vererbt sich', primary, document, nothing),
    ...may('unbekannter Domänenwert', primary, client('x', { schulstufe: 'Kindergarten' }), nothing),
  ];
}

const chains: readonly (readonly string[])[] = [
  ['client'],
  ['dossier', 'client'],
  ['journal', 'client'],
  ['service', 'client'],
  ['document', 'dossier', 'client'],
];

/** A record of the first type with those above it; facts by distance, 0 the record itself. */
function build(chain: readonly string[], facts: Record<number, ResourceFacts['attributes']>): ResourceFacts {
  const [type, ...above] = chain;
  const further = Object.fromEntries(
    Object.entries(facts).map(([distance, attributes]) => [Number(distance) - 1, attributes]),
  );
  const parent = above.length > 0 ? build(above, further) : undefined;
  return record(type!, `${type}`, { parent, owner: 'verfasser', attributes: facts[0] ?? {} });
}

const everyGroup = ['primarstufe', 'mittelstufe', 'oberstufe', 'schulsozialarbeit', 'benutzer'];
const profiles = ['profil-lehrperson', 'profil-fallfuehrung'];
const levels = { aclList: listOnly, aclRead: reads, aclModify: changes };
const inGroup = Object.fromEntries([...everyGroup, ...profiles].map((group) => [group, user(group, group)]));

/** Every level by hand, for every group, on every kind of object, directly and inherited; and what keeps it from counting. */
function ofLists(): Check[] {
  return chains.flatMap((chain) =>
    chain.flatMap((_, distance) =>
      [...everyGroup, ...profiles].flatMap((group) =>
        Object.entries(levels).flatMap(([attribute, allowed]) => {
          const subject = inGroup[group]!;
          const decisive = allowed.at(-1)!;
          const named = { [attribute]: [group] };
          const says = `${attribute} für ${group}, ${distance} Stufen höher`;
          const nearer = Array.from({ length: distance }, (_empty, at) => at);
          const denied = (what: string, facts: Record<number, ResourceFacts['attributes']>): Check => ({
            says: `${says}, ${what}`,
            question: { subject, action: decisive, resource: build(chain, facts), now },
            allowed: false,
          });
          return [
            ...may(says, subject, build(chain, { [distance]: { ...named, ownList: true } }), allowed),
            denied('gilt nicht', { [distance]: named }),
            denied('leer', { [distance]: { ownList: true } }),
            ...nearer.map((at) =>
              denied('ersetzt', { [distance]: { ...named, ownList: true }, [at]: { ownList: true } }),
            ),
          ];
        }),
      ),
    ),
  );
}

/** The domain value of the client, inherited everywhere, and replaced by any list by hand on the way. */
function ofDomain(): Check[] {
  const stages = ['Primarstufe', 'Mittelstufe', 'Oberstufe'];
  const teachers = [primary, middle, upper];
  return chains.flatMap((chain) =>
    stages.flatMap((schulstufe, stage) =>
      teachers.flatMap((subject, index) => {
        const top = chain.length - 1;
        return [
          ...may(
            schulstufe,
            subject,
            build(chain, { [top]: { schulstufe } }),
            stage === index ? changes : reads,
          ),
          ...may('ohne Schulstufe', subject, build(chain, {}), nothing),
          ...chain.flatMap((_, at) =>
            may(
              `${schulstufe}, ersetzt`,
              subject,
              build(chain, {
                [top]: { schulstufe },
                [at]: { ...(at === top ? { schulstufe } : {}), ownList: true },
              }),
              nothing,
            ),
          ),
        ];
      }),
    ),
  );
}

function ofSeveralGroups(): Check[] {
  const both = user('beide', 'mittelstufe', 'schulsozialarbeit');
  return may('die höchste Stufe zählt', both, byHand, changes);
}

/** Profiles: what is typed is what somebody may do with an object that is their own. */
function ofProfiles(): Check[] {
  const teacher = person('verfasser', { groups: ['benutzer', 'profil-lehrperson'] });
  const without = person('verfasser', { groups: ['benutzer', 'primarstufe'] });
  const dossier = below('dossier', primaryClient);
  const writes = ['list', 'read', 'modify', 'change_permissions'];
  const mine = record('client', 'mein', { owner: 'verfasser' });
  return [
    ...[mine, dossier, below('journal', primaryClient), below('document', dossier)].flatMap((object) => [
      ...may('Profil Lehrperson', teacher, object, writes),
      ...may('ohne Profil', without, object, nothing),
    ]),
    ...may('Profil Lehrperson', teacher, below('service', primaryClient), nothing),
    ...may('ohne Profil', without, below('service', primaryClient), nothing),
  ];
}

/** The tab switched off in the settings of the user takes the changing of permissions, nothing else. */
function ofTab(): Check[] {
  const off = person('besitzer', {
    groups: ['benutzer', 'profil-fallfuehrung'],
    attributes: { permissionsTab: false },
  });
  const on = person('besitzer', {
    groups: ['benutzer', 'profil-fallfuehrung'],
    attributes: { permissionsTab: true },
  });
  const withoutTab = ['list', 'read', 'modify', 'delete'];
  return [
    ...may('Register deaktiviert', off, primaryClient, withoutTab),
    ...may('Register aktiviert', on, primaryClient, changes),
  ];
}

// S sehen, N neu, A ändern, L löschen: what each profile has, once the module is open.
const profileTable = `
                      client dossier journal document service
  profil-lehrperson   SA     SNA     SNA     SNA      .
  profil-fallfuehrung SNAL   SNAL    SNAL    SNAL     SNAL
  primarstufe         .      .       .       .        .`;
const letters: Record<string, string> = {
  list: 'S',
  read: 'S',
  new: 'N',
  modify: 'A',
  change_permissions: 'A',
  delete: 'L',
};

/** The same on objects that are one's own, so that only the profile decides; and on the functions themselves. */
function ofProfileTable(): Check[] {
  return readTable(profileTable).flatMap(({ row, column, cell }) => {
    const check = (groups: string[], action: string, resource: ResourceFacts, allowed: boolean): Check => ({
      says: `${groups.join('+')} ${action} ${resource.type} ${column}`,
      question: { subject: person('ich', { groups }), action, resource, now },
      allowed,
    });
    const mine = record(column, 'mein', { owner: 'ich' });
    const rights = { view: 'S', new: 'N', modify: 'A', delete: 'L' };
    return [
      ...Object.entries(letters).flatMap(([action, letter]) => [
        check(['benutzer', row], action, mine, cell.includes(letter)),
        check([row], action, mine, false),
      ]),
      ...Object.entries(rights).flatMap(([right, letter]) => [
        check(['benutzer', row], right, feature(`objekt.${column}`), cell.includes(letter)),
        check([row], right, feature(`objekt.${column}`), false),
      ]),
    ];
  });
}

function ofModule(): Check[] {
  const ask = (subject: SubjectFacts, resource: ResourceFacts, allowed: boolean): Check => ({
    says: `${subject.groups.join('+')} ${resource.id}`,
    question: { subject, action: 'view', resource, now },
    allowed,
  });
  return [
    ask(user('x'), feature('fallmanager', 'module'), true),
    ask(person('x', { groups: ['profil-fallfuehrung'] }), feature('fallmanager', 'module'), false),
    ask(user('x'), feature('funktion.serienbrief'), true),
    ask(person('x', { groups: ['benutzer', 'profil-lehrperson'] }), feature('funktion.serienbrief'), false),
  ];
}

export const truthOfEcase: readonly Check[] = [
  ...ofExample(),
  ...ofOwners(),
  ...ofLists(),
  ...ofSeveralGroups(),
  ...ofProfiles(),
  ...ofTab(),
  ...ofDomain(),
  ...ofProfileTable(),
  ...ofModule(),
];
