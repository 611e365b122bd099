// Function, data and object permissions of e-Case.Net (seed 004) typed from the document: its example "Schulstufe" and its sentences.
import type { ResourceFacts, SubjectFacts } from '../../../src/modules/decisions/facts.model.ts';
import { now, person, record, type Check } from './checks.ts';

// Everybody has the widest profile here unless a check is about profiles, so that only the data permission decides.
const user = (id: string, ...groups: string[]) => person(id, { groups: ['profil-fallfuehrung', ...groups] });
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

/** Every level by hand, on every kind of object, directly and inherited. */
function ofLists(): Check[] {
  const groups = { primarstufe: primary, mittelstufe: middle, oberstufe: upper, schulsozialarbeit: social };
  const levels = { aclList: listOnly, aclRead: reads, aclModify: changes };
  return Object.entries(groups).flatMap(([group, subject]) =>
    Object.entries(levels).flatMap(([attribute, allowed]) => {
      const own = { ownList: true, [attribute]: [group] };
      const top = client(`${group}-${attribute}`, own);
      const dossier = below('dossier', noRights, own);
      return [
        top,
        dossier,
        below('dossier', top),
        below('document', dossier),
        below('document', below('dossier', top)),
        below('document', below('dossier', primaryClient), own),
        ...['journal', 'service'].flatMap((type) => [below(type, top), below(type, noRights, own)]),
      ].flatMap((object) => may('eigene Liste', subject, object, allowed));
    }),
  );
}

function ofSeveralGroups(): Check[] {
  const both = user('beide', 'mittelstufe', 'schulsozialarbeit');
  return may('die höchste Stufe zählt', both, byHand, changes);
}

/** Profiles: what is typed is what somebody may do with an object that is their own. */
function ofProfiles(): Check[] {
  const teacher = person('verfasser', { groups: ['profil-lehrperson'] });
  const without = person('verfasser', { groups: ['primarstufe'] });
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
  const off = person('besitzer', { groups: ['profil-fallfuehrung'], attributes: { permissionsTab: false } });
  const on = person('besitzer', { groups: ['profil-fallfuehrung'], attributes: { permissionsTab: true } });
  const withoutTab = ['list', 'read', 'modify', 'delete'];
  return [
    ...may('Register deaktiviert', off, primaryClient, withoutTab),
    ...may('Register aktiviert', on, primaryClient, changes),
  ];
}

/** Making something new asks for the profile alone. */
function ofNew(): Check[] {
  const may = {
    'profil-lehrperson': ['dossier', 'journal', 'document'],
    'profil-fallfuehrung': ['client', 'dossier', 'journal', 'document', 'service'],
  };
  return Object.entries(may).flatMap(([profile, types]) =>
    ['client', 'dossier', 'journal', 'document', 'service'].map((type) => ({
      says: `${profile} new ${type}`,
      question: {
        subject: person('x', { groups: [profile] }),
        action: 'new',
        resource: record(type, 'neu'),
        now,
      },
      allowed: types.includes(type),
    })),
  );
}

export const truthOfEcase: readonly Check[] = [
  ...ofExample(),
  ...ofOwners(),
  ...ofLists(),
  ...ofSeveralGroups(),
  ...ofProfiles(),
  ...ofTab(),
  ...ofNew(),
];
