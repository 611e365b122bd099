// Client files in welfare: the list of clients is a search, the buttons of a file are one batch. Asks about menus as items of the model.
import {
  actsOf,
  hiddenOf,
  questionsOn,
  refusal,
  verdictsBy,
  type Screen,
  type ScreenInput,
} from './screen.ts';
import { below, findRecord, recordsOf } from './world.model.ts';
import type { Question } from './decision-client.ts';

/** The module of the menu on this screen. */
const module = 'cdms';
const onItem = (id: string, action: string): Question => ({ action, resource: { type: 'feature', id } });

export async function welfareList(input: ScreenInput): Promise<Screen> {
  const { world, asking, link, words } = input;
  const items = world.items.filter((item) => item.module === module);
  const menus = items.map(({ id }) => onItem(id, 'view'));
  const adding = [onItem('cdms.basisgegevens', 'new')];
  const [verdicts, clientIds, departmentIds] = await Promise.all([
    asking.evaluateAll([...menus, ...adding]),
    // The decision point knows which clients are active, and where: it was told with PUT /access/v1/records.
    asking.searchResources('view', 'client'),
    asking.searchResources('view', 'department'),
  ]);
  const clients = recordsOf(world, 'client').filter(({ id }) => clientIds.includes(id));
  const departments = recordsOf(world, 'department').filter(({ id }) => departmentIds.includes(id));
  return {
    view: 'worlds/welfare',
    model: {
      title: words.welfare,
      menu: items.filter((_item, index) => verdicts[index]?.allowed).map(({ name }) => name),
      acts: actsOf(input, adding, verdicts.slice(menus.length)),
      clients: clients.map(({ id, name, attributes }) => ({
        name,
        active: attributes['active'] === true,
        departments: [attributes['departments']].flat().join(', '),
        href: link(`/clients/${encodeURIComponent(id)}`),
      })),
      total: recordsOf(world, 'client').length,
      departments: departments.map(({ name }) => name),
      // When there is no menu at all, the first refusal says why.
      reason: verdicts.some(({ allowed }) => allowed) ? undefined : verdicts[0]?.reason,
    },
  };
}

const actions = ['view', 'modify', 'delete'] as const;

/** One file: what hangs on the client, with the buttons that are allowed. Undefined: there is no such client. */
export async function welfareClient(input: ScreenInput, id: string): Promise<Screen | undefined> {
  const { world, asking, link } = input;
  const client = findRecord(world, 'client', id);
  if (!client) return undefined;
  const entries = below(world, client);
  const questions = questionsOn([client, ...entries], actions);
  const adding = [onItem('cdms.dossier', 'new'), onItem('cdms.logboek', 'new')];
  const answers = await asking.evaluateAll([...questions, ...adding]);
  const verdictOf = verdictsBy(questions, answers);
  const seen = verdictOf(client, 'view');
  if (!seen.allowed) return refusal(input, seen.reason);
  const actsOn = (type: string, recordId: string) => {
    const mine = questions.filter(
      ({ action, resource }) => resource.type === type && resource.id === recordId && action !== 'view',
    );
    return actsOf(
      input,
      mine,
      mine.map((question) => answers[questions.indexOf(question)]!),
    );
  };
  return {
    view: 'worlds/file',
    model: {
      title: client.name,
      backHref: link(''),
      acts: [...actsOn('client', id), ...actsOf(input, adding, answers.slice(questions.length))],
      entries: entries
        .filter((entry) => verdictOf(entry, 'view').allowed)
        .map((entry) => ({
          name: entry.name,
          kind: world.labels[entry.type] ?? entry.type,
          acts: actsOn(entry.type, entry.id),
        })),
      hidden: hiddenOf(input, entries, (entry) => verdictOf(entry, 'view')),
    },
  };
}
