// Who holds what in an application: list and export, for whoever sees the application. Behind the sign-in.
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { writeCsv } from '../../platform/files/csv.ts';
import type { Site } from '../../platform/site.ts';
import { cutPage, listLinks, parseListQuery, positionOf } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import {
  canSortHolders,
  contextText,
  holderSorts,
  listHolders,
  streamHolders,
  type Holder,
  type HolderQuery,
  type HolderState,
} from '../assignments/index.ts';
import { loadPlace, listRightsOf, nameIn, type Place, type Right } from '../rights/index.ts';
import { recordHoldersExport } from './holders.commands.ts';
import { buildHoldersPage, type HolderListQuery } from './holders.page.ts';

export function createHolderRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.holders(':applicationId'), (req, res) => showHolders(site, req, res));
  router.get(paths.holdersExport(':applicationId'), (req, res) => exportHolders(site, req, res));
  return router;
}

const states = ['current', 'future', 'past', 'all'] as const satisfies readonly HolderState[];

/** The order asked for, or the newest first where there are too many for it. */
async function readQuery(site: Site, req: Request, place: Place) {
  const asked: HolderListQuery = parseListQuery(req.query, {
    sorts: holderSorts,
    defaultDirection: 'desc',
    filters: { right: z.uuid(), organisation: z.string().max(64), state: z.enum(states) },
  });
  const sortable = await canSortHolders(site.db.reader, place.id);
  const query: HolderListQuery = sortable ? asked : { ...asked, sort: 'granted' };
  return { query, sortable };
}

const questionOf = (place: Place, query: HolderListQuery): HolderQuery => ({
  applicationId: place.id,
  rightId: query.filters.right,
  organisationCode: query.filters.organisation,
  q: query.q,
  state: states.find((state) => state === query.filters.state) ?? 'current',
  order: query,
});

async function showHolders(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const { query, sortable } = await readQuery(site, req, place);
  const now = site.clock.now();
  const type = query.sort === 'from' || query.sort === 'until' ? 'timestamptz' : 'text';
  const [after, before] = [positionOf(query.after, type), positionOf(query.before, type)];
  const found = await listHolders(
    site.db.reader,
    questionOf(place, query),
    { size: query.size, after, before },
    now,
  );
  const page = cutPage(found, query, paths.holders(place.id), (one) => [one.place.key, one.place.id]);
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
    links,
    sortable,
  });
  res.page('applications/holders', model, { title: res.words.t('applications.holdersPage.title') });
}

/** Streams all of them; that somebody took the list along is on record. */
async function exportHolders(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const { query } = await readQuery(site, req, place);
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
      value: (holder: Holder) => contextText(words, holder, contexts.get(holder.rightId) ?? []).join('; '),
    },
    {
      header: head('contextCodes'),
      value: (holder: Holder) =>
        Object.entries(holder.context)
          .map(([code, values]) => `${code}=${values.join('|')}`)
          .join('; '),
    },
    { header: head('from'), value: (holder: Holder) => holder.period.from.toISOString() },
    { header: head('until'), value: (holder: Holder) => holder.period.until?.toISOString() ?? '' },
    {
      header: head('inEffect'),
      value: (holder: Holder) => words.t(holder.effective ? 'common.form.yes' : 'common.form.no'),
    },
  ];
}
