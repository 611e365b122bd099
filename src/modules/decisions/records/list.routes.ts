// The pages that list the records of an application. Behind the sign-in.
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../../platform/errors.ts';
import { writeCsv } from '../../../platform/files/csv.ts';
import type { Position } from '../../../platform/keyset.ts';
import type { Site } from '../../../platform/site.ts';
import { cutPage, listLinks, parseListQuery, type CursorValue } from '../../../web/list-query.ts';
import { paths } from '../../../web/paths.ts';
import { loadPlace } from '../../rights/index.ts';
import { findFactForms } from '../facts/facts.queries.ts';
import { buildRecordListPage } from './list.page.ts';
import { recordRecordsExport } from './records.commands.ts';
import { listRecordsOf, streamRecords, type ListedRecord, type RecordQuery } from './records.reading.ts';

export function createRecordListRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.decisionRecords(':applicationId'), (req, res) => showList(site, req, res));
  router.get(paths.exportDecisionRecords(':applicationId'), (req, res) => exportList(site, req, res));
  return router;
}

async function questionOf(site: Site, req: Request) {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const types = (await findFactForms(site.db.reader, place.id))?.resourceTypes ?? [];
  const query = parseListQuery(req.query, { sorts: ['id'], filters: { type: z.string().max(200) } });
  const type = types.find(({ name }) => name === query.filters.type) ?? types[0];
  const question: RecordQuery = {
    applicationId: place.id,
    type: type?.name ?? '',
    q: query.q,
    dir: query.dir,
  };
  return { place, types, type, query, question };
}

/** @throws bad_cursor for a place this list never gave */
function placeOf(cursor: readonly CursorValue[] | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [id] = cursor;
  if (typeof id !== 'string') throw new AppError('invalid', 'bad_cursor');
  return { key: id, id };
}

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const { place, types, type, query, question } = await questionOf(site, req);
  const at = { size: query.size, after: placeOf(query.after), before: placeOf(query.before) };
  const found = await listRecordsOf(site.db, question, at);
  const path = paths.decisionRecords(place.id);
  const page = cutPage(found, query, path, ({ id }) => [id]);
  const links = listLinks(path, query);
  const exportHref = listLinks(paths.exportDecisionRecords(place.id), query).link();
  const now = site.clock.now();
  const model = buildRecordListPage({
    words: res.words,
    now,
    place,
    types,
    type,
    query,
    page,
    links,
    exportHref,
  });
  res.page('decisions/records', model, { title: `${model.title}: ${model.header.title}` });
}

async function exportList(site: Site, req: Request, res: Response): Promise<void> {
  const { place, question } = await questionOf(site, req);
  const { type, q } = question;
  await recordRecordsExport(site, req.origin, place.id, { type, q });
  const head = (key: string): string => res.words.t(`decisions.${key}`);
  const yesNo = (is: boolean): string => res.words.t(is ? 'common.form.yes' : 'common.form.no');
  const column = (header: string, value: (record: ListedRecord) => string) => ({ header, value });
  const columns = [
    column(head('facts.kind'), (record) => record.type),
    column(head('facts.code'), ({ id }) => id),
    column(head('records.owner'), ({ owner }) => owner ?? ''),
    column(head('records.parent'), ({ parent_id: parent }) => parent ?? ''),
    column(head('records.said'), ({ attributes }) => JSON.stringify(attributes)),
    column(head('facts.set'), ({ is_set: isSet }) => yesNo(isSet)),
  ];
  res.type('text/csv').attachment(`${type}-${site.clock.now().toISOString().slice(0, 10)}.csv`);
  await pipeline(writeCsv(streamRecords(site.db, question), columns), res);
}
