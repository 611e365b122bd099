// The list of people as a file: streams, is whole or visibly broken off, and is on record.
import type { Response } from 'express';
import type { Origin } from '../../platform/change.ts';
import { runCommand } from '../../platform/command.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { localDateOf, untilToLastDay } from '../../web/local-date.ts';
import type { Actor } from '../administration/index.ts';
import { nameIn, requirePowerOver } from '../organisations/index.ts';
import { exportPeople, type PeopleFilter, type PeopleOrder } from './people.list.ts';
import type { ListedAffiliation, ListedPerson } from './people.listed.ts';

/** Personal data leaves the site: who took it, of what. Audit: people.exported @throws organisation_not_found */
export async function recordExport(
  site: Site,
  actor: Actor,
  origin: Origin,
  filter: PeopleFilter,
): Promise<void> {
  const { organisationId, ...narrowed } = filter;
  const fact = {
    action: 'people.exported',
    subjectType: 'organisation',
    subjectId: organisationId,
    organisationId,
  };
  await runCommand(site, origin, fact, async (change) => {
    await requirePowerOver(change, actor, 'person.view', organisationId);
    change.record({ ...fact, after: narrowed });
  });
}

/** As {@link recordExport}, of what ends soon wherever the actor administers. Audit: people.exported */
export async function recordEndingExport(site: Site, origin: Origin): Promise<void> {
  const organisationId = origin.actor.kind === 'person' ? origin.actor.onBehalfOfOrganisationId : undefined;
  const fact = { action: 'people.exported', subjectType: 'organisation', organisationId };
  await runCommand(site, origin, fact, async (change) =>
    change.record({ ...fact, after: { status: 'expiring' } }),
  );
}

/** One line for each affiliation, in the order and language of the page. Days as `YYYY-MM-DD`, the last one inclusive. */
export async function sendExport(
  site: Site,
  actor: Actor,
  filter: PeopleFilter,
  order: PeopleOrder,
  res: Response,
): Promise<void> {
  const people = exportPeople(site.db.reader, actor, site.clock.now(), filter, 500, order);
  const { t, lang } = res.words;
  const zone = site.config.timeZone;
  const column = (header: string, value: (line: Line) => string) => ({ header, value });
  const columns = [
    column(t('people.field.familyName'), ({ person }) => person.familyName),
    column(t('people.field.givenName'), ({ person }) => person.givenName),
    column(t('people.field.userName'), ({ person }) => person.userName),
    column(t('people.field.mail'), ({ person }) => person.mail),
    column(t('affiliations.field.organisation'), ({ work }) =>
      nameIn(work.organisationNames, lang, work.organisationName),
    ),
    column(t('affiliations.field.type'), ({ work }) => t(`affiliations.type.${work.type}`)),
    column(t('affiliations.field.unit'), ({ work }) => work.unitName ?? ''),
    column(t('affiliations.field.function'), ({ work }) => work.functionTitle ?? ''),
    column(t('common.period.from'), ({ work }) => localDateOf(work.from, zone)),
    column(t('common.period.until'), ({ work }) =>
      work.until === null ? '' : untilToLastDay(work.until, zone),
    ),
  ];
  const name = `${t('people.title').toLowerCase()}-${localDateOf(site.clock.now(), zone)}`;
  await sendCsv(res, name, lines(people), columns);
}

interface Line {
  readonly person: ListedPerson;
  readonly work: ListedAffiliation;
}

async function* lines(people: AsyncIterable<ListedPerson>): AsyncGenerator<Line> {
  for await (const person of people) for (const work of person.affiliations) yield { person, work };
}
