// A case manager: cases that somebody sees in lists may still be closed to them; what hangs below a case has its own owner and may
// have its own list. The tab with permissions is there when they may be changed.
import type { Question, Verdict } from './decision-client.ts';
import {
  actsOf,
  hiddenOf,
  questionsOn,
  refusal,
  verdictsBy,
  type Screen,
  type ScreenInput,
} from './screen.ts';
import { below, findRecord, recordsOf, type WorldOptions, type WorldRecord } from './world.model.ts';

const actions = ['list', 'read', 'modify', 'delete', 'change_permissions'] as const;
/** What a page opens by itself needs no button. */
const withButton = ['modify', 'delete'] as const;
const adding: Question[] = [{ action: 'new', resource: { type: 'feature', id: 'objekt.client' } }];

export async function caseList(input: ScreenInput): Promise<Screen> {
  const { world, asking, link, words } = input;
  const [listed, mayAdd] = await Promise.all([
    asking.searchResources('list', 'client'),
    asking.evaluateAll(adding),
  ]);
  const cases = recordsOf(world, 'client').filter(({ id }) => listed.includes(id));
  const questions = questionsOn(cases, ['read', 'modify']);
  const verdictOf = verdictsBy(questions, cases.length > 0 ? await asking.evaluateAll(questions) : []);
  const total = recordsOf(world, 'client').length;
  return {
    view: 'worlds/casework',
    model: {
      title: words.casework,
      acts: actsOf(input, adding, mayAdd),
      cases: cases.map((record) => ({
        name: record.name,
        level: record.attributes['schulstufe'],
        may: levelText(input, (action) => verdictOf(record, action)),
        href: verdictOf(record, 'read').allowed ? link(`/cases/${encodeURIComponent(record.id)}`) : undefined,
      })),
      total,
      reason: cases.length === 0 ? mayAdd[0]?.reason : undefined,
    },
  };
}

function levelText({ words }: ScreenInput, verdictOf: (action: string) => Verdict): string {
  if (verdictOf('modify').allowed) return words.readModify;
  return verdictOf('read').allowed ? words.onlyRead : words.onlyList;
}

const allBelow = (world: WorldOptions, record: WorldRecord): WorldRecord[] =>
  below(world, record).flatMap((child) => [child, ...allBelow(world, child)]);

/** One case with everything below it. Undefined: there is no such case. */
export async function casePage(input: ScreenInput, id: string): Promise<Screen | undefined> {
  const { world, asking, link } = input;
  const record = findRecord(world, 'client', id);
  if (!record) return undefined;
  const dependents = allBelow(world, record);
  const questions = questionsOn([record, ...dependents], actions);
  const verdictOf = verdictsBy(questions, await asking.evaluateAll(questions));
  if (!verdictOf(record, 'read').allowed) return refusal(input, verdictOf(record, 'read').reason);
  const actsOn = (each: WorldRecord) => {
    const asked = questionsOn([each], withButton);
    return actsOf(
      input,
      asked,
      withButton.map((action) => verdictOf(each, action)),
    );
  };
  const nameOf = (person: string | undefined) =>
    world.people.find((each) => each.id === person)?.name ?? person;
  return {
    view: 'worlds/case',
    model: {
      title: record.name,
      backHref: link(''),
      owner: nameOf(record.owner),
      level: record.attributes['schulstufe'],
      acts: actsOn(record),
      entries: dependents
        .filter((entry) => verdictOf(entry, 'list').allowed)
        .map((entry) => ({
          name: entry.name,
          kind: world.labels[entry.type] ?? entry.type,
          owner: nameOf(entry.owner),
          may: levelText(input, (action) => verdictOf(entry, action)),
          acts: actsOn(entry),
        })),
      hidden: hiddenOf(input, dependents, (entry) => verdictOf(entry, 'list')),
      permissions: verdictOf(record, 'change_permissions').allowed ? permissionsOf(input, record) : undefined,
    },
  };
}

/** The tab: the application's own list, or where the inherited one comes from. */
function permissionsOf({ words, world }: ScreenInput, { attributes }: WorldRecord) {
  const namesOf = (groups: unknown) =>
    [groups ?? []].flat().map((group) => world.groups[String(group)] ?? String(group));
  const lines = [
    { text: words.onlyList, groups: attributes['aclList'] },
    { text: words.onlyRead, groups: attributes['aclRead'] },
    { text: words.readModify, groups: attributes['aclModify'] },
  ];
  const value = attributes['schulstufe'];
  if (attributes['ownList'] === true) {
    return {
      text: words.ownList,
      lines: lines.map(({ text, groups }) => ({ text, groups: namesOf(groups).join(', ') })),
    };
  }
  const text = typeof value === 'string' ? words.domainList.replace('{value}', value) : words.ownerOnly;
  return { text, lines: [] };
}
