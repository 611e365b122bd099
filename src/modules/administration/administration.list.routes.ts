// The list of administrators of an organisation, an application or the site, as a page and as a file.
import type { Request, Response } from 'express';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { localDateOf } from '../../web/form.ts';
import { parseListQuery } from '../../web/list-query.ts';
import { recordExport } from './administration.export.ts';
import {
  administratorColumns,
  administratorSorts,
  buildListPage,
  listTitle,
  sortAdministrations,
} from './administration.list.page.ts';
import { listAdministrations } from './administration.lists.ts';
import type { Page } from './administration.page.ts';
import { loadSeat, type SeatParams } from './administration.seat.ts';

/** The place in the address, and what the actor may do there. @throws not_found also when out of scope */
export async function pageOf(site: Site, req: Request, res: Response): Promise<Page> {
  const place = await loadSeat(site.db.reader, req.actor, req.params as SeatParams);
  return {
    words: res.words,
    place,
    now: site.clock.now(),
    zone: site.config.timeZone,
    actorPersonId: req.actor.personId,
  };
}

export async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res);
  const query = parseListQuery(req.query, { sorts: administratorSorts });
  const administrations = await listAdministrations(site.db.reader, page.place.seat, page.now);
  const model = buildListPage(page, query, administrations);
  res.page('administration/list', model, { title: listTitle(page) });
}

export async function sendList(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res);
  const query = parseListQuery(req.query, { sorts: administratorSorts });
  const { seat } = page.place;
  await recordExport(site, req.origin, seat);
  const administrations = await listAdministrations(site.db.reader, seat, page.now);
  const name = `${res.words.t('administration.list.file')}-${localDateOf(page.now, page.zone)}`;
  await sendCsv(res, name, sortAdministrations(administrations, query), administratorColumns(page));
}
