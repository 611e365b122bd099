// Who holds what in an application: list and export, for whoever sees the application. Behind the sign-in.
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { isId } from '../../platform/ids.ts';
import { writeCsv } from '../../platform/files/csv.ts';
import type { Site } from '../../platform/site.ts';
import { cutPage, listLinks, parseListQuery, type ListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import {
  contextText,
  listHolders,
  streamHolders,
  type Holder,
  type HolderQuery,
  type HolderState,
} from '../assignments/index.ts';
import { loadPlace, listRightsOf, nameIn, type Place, type Right } from '../rights/index.ts';
import { recordHoldersExport } from './holders.commands.ts';
import { buildHoldersPage } from './holders.page.ts';

export function createHolderRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.holders(':applicationId'), (req, res) => showHolders(site, req, res));
  router.get(paths.holdersExport(':applicationId'), (req, res) => exportHolders(site, req, res));
  return router;
}

const states = ['current', 'future', 'past', 'all'] as const satisfies readonly HolderState[];
type Filter = 'right' | 'organisation' | 'state';

const readQuery = (req: Request): ListQuery<'granted', Filter> =>
  parseListQuery(req.query, {
    sorts: ['granted'],
    defaultDirection: 'desc',
    filters: { right: z.uuid(), organisation: z.string().max(64), state: z.enum(states) },
  });

const questionOf = (place: Place, query: ListQuery<'granted', Filter>): Omit<HolderQuery, 'limit'> => ({
  applicationId: place.id,
  rightId: query.filters.right,
  organisationCode: query.filters.organisation,
  q: query.q,
  state: states.find((state) => state === query.filters.state) ?? 'current',
});

const idOf = (cursor: ListQuery['after']): string | undefined => (isId(cursor?.[0]) ? cursor[0] : undefined);

async function showHolders(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const query = readQuery(req);
  const now = site.clock.now();
  const question = {
    ...questionOf(place, query),
    after: idOf(query.after),
    before: idOf(query.before),
    limit: query.size + 1,
  };
  const found = await listHolders(site.db.reader, question, now);
  const page = cutPage(found, query, paths.holders(place.id), (holder) => [holder.assignmentId]);
  const rights = await listRightsOf(site.db.reader, place.id);
  const links = listLinks(paths.holders(place.id), query);
  const exportHref = listLinks(paths.holdersExport(place.id), query).link();
  const model = buildHoldersPage({
    words: res.words,
    now,
    place,
    rights,
    query,
    page,
    exportHref,
    link: links.link,
  });
  res.page('applications/holders', model, { title: res.words.t('applications.holdersPage.title') });
}

/** Streams all of them; that somebody took the list along is on record. */
async function exportHolders(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const query = readQuery(req);
  const now = site.clock.now();
  const rights = await listRightsOf(site.db.reader, place.id);
  const question = questionOf(place, query);
  await recordHoldersExport(site, req.origin, question);
  res.attachment(`${place.code}-${now.toISOString().slice(0, 10)}.csv`).type('text/csv; charset=utf-8');
  const rows = streamHolders(site.db.reader, question, now);
  await pipeline(writeCsv(rows, columnsOf(res, rights)), res);
}

function columnsOf(res: Response, rights: readonly Right[]) {
  const { words } = res;
  const contexts = new Map(rights.map((right) => [right.id, right.contexts]));
  const head = (name: string): string => words.t(`applications.holdersPage.${name}`);
  return [
    { header: head('person'), value: (holder: Holder) => holder.personName },
    { header: head('organisation'), value: (holder: Holder) => holder.organisation.name },
    { header: head('organisationCode'), value: (holder: Holder) => holder.organisation.code },
    {
      header: head('right'),
      value: (holder: Holder) => nameIn(holder.rightNames, words.lang, holder.rightCode),
    },
    {
      header: head('context'),
      value: (holder: Holder) =>
        contextText(words, holder.context, contexts.get(holder.rightId) ?? []).join('; '),
    },
    { header: head('from'), value: (holder: Holder) => holder.period.from.toISOString() },
    { header: head('until'), value: (holder: Holder) => holder.period.until?.toISOString() ?? '' },
    {
      header: head('inEffect'),
      value: (holder: Holder) => words.t(holder.effective ? 'common.form.yes' : 'common.form.no'),
    },
  ];
}
