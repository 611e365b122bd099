// The list of organisations as a page and as a file. Behind the sign-in; the lists are narrowed by scope.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { parseListQuery, positionOf } from '../../web/list-query.ts';
import { localDateOf } from '../../web/local-date.ts';
import { paths } from '../../web/paths.ts';
import { recordExport } from '../../web/record-export.ts';
import { hasPowerSomewhere } from '../administration/index.ts';
import { organisationColumns } from './organisations.export.ts';
import { buildListPage, type OrganisationListQuery } from './organisations.list.page.ts';
import {
  countOrganisations,
  exportOrganisations,
  listOrganisations,
  organisationSorts,
  type OrganisationFilter,
} from './organisations.list.ts';
import { getOrganisation, listTargetGroups, type PageRequest } from './organisations.queries.ts';

export function createOrganisationListRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.organisations(), (req, res) => showList(site, req, res));
  router.get(paths.exportOrganisations(), (req, res) => sendList(site, req, res));
  return router;
}

const listOptions = {
  sorts: organisationSorts,
  filters: { group: z.uuid(), parent: z.uuid(), heads: z.literal('none'), ended: z.literal('yes') },
} satisfies Parameters<typeof parseListQuery>[1];

const filterOf = ({ q, filters }: OrganisationListQuery): OrganisationFilter => ({
  q,
  targetGroupId: filters.group,
  parentId: filters.parent,
  headless: filters.heads === 'none',
  ended: filters.ended === 'yes',
});

const orderOf = ({ sort, dir }: OrganisationListQuery, res: Response) => ({
  sort,
  dir,
  lang: res.words.lang,
});

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const query = parseListQuery(req.query, listOptions);
  const { reader } = site.db;
  const now = site.clock.now();
  const filter = filterOf(query);
  const page: PageRequest = {
    size: query.size,
    after: positionOf(query.after),
    before: positionOf(query.before),
  };
  const parent = filter.parentId && (await getOrganisation(reader, req.actor, filter.parentId));
  const model = buildListPage({
    words: res.words,
    now,
    query,
    found: await listOrganisations(
      reader,
      req.actor,
      now,
      filter,
      page,
      'organisation.view',
      orderOf(query, res),
    ),
    count: await countOrganisations(reader, req.actor, now, filter),
    groups: await listTargetGroups(reader),
    parent: parent || undefined,
    mayCreate: hasPowerSomewhere(req.actor, 'organisation.create'),
  });
  res.page('organisations/list', model, { title: model.header.title });
}

async function sendList(site: Site, req: Request, res: Response): Promise<void> {
  const query = parseListQuery(req.query, listOptions);
  const now = site.clock.now();
  const filter = filterOf(query);
  const fact = { action: 'organisations.exported', subjectType: 'organisation' };
  await recordExport(site, req, { ...fact, organisationId: filter.parentId, after: { ...filter } });
  const rows = exportOrganisations(site.db.reader, req.actor, now, filter, orderOf(query, res));
  const { timeZone } = site.config;
  const name = `${res.words.t('organisations.title').toLowerCase()}-${localDateOf(now, timeZone)}`;
  await sendCsv(res, name, rows, organisationColumns(res.words, timeZone));
}
