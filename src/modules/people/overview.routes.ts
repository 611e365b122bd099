// The start page of administrators, and the whole list of what ends soon. Behind the sign-in; lists are narrowed by scope.
import { Router, type Request, type Response } from 'express';
import { notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { parseListQuery, positionOf } from '../../web/list-query.ts';
import { localDateOf } from '../../web/local-date.ts';
import { paths } from '../../web/paths.ts';
import { hasPowerSomewhere } from '../administration/index.ts';
import { countOrganisations, listOrganisations } from '../organisations/index.ts';
import { buildEndingPage, endingColumns } from './ending.page.ts';
import { buildOverviewPage } from './overview.page.ts';
import { exportEndingSoon, listEndingSoon } from './people.ending.ts';
import { recordEndingExport } from './people.export.ts';
import { loadOverview } from './people.queries.ts';

export function createOverviewRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.home(), (req, res) => showOverview(site, req, res));
  router.get(paths.endingSoon(), (req, res) => showEnding(site, req, res));
  router.get(paths.exportEndingSoon(), (req, res) => sendEnding(site, req, res));
  return router;
}

/** The start page of whoever administers something; everybody else starts at what they have themselves. */
async function showOverview(site: Site, req: Request, res: Response): Promise<void> {
  const { actor } = req;
  if (!hasPowerSomewhere(actor, 'person.view')) return res.redirect(303, paths.myAccess());
  const reader = site.db.reader;
  const at = site.clock.now();
  const { items, hasNext } = await listOrganisations(reader, actor, at, {}, { size: 20 }, 'person.view', {
    sort: 'name',
    dir: 'asc',
    lang: res.words.lang,
  });
  const model = buildOverviewPage({
    words: res.words,
    actorName: req.actorName,
    overview: await loadOverview(reader, actor, at),
    ending: await listEndingSoon(reader, actor, at, { size: 12 }),
    organisations: items,
    manyOrganisations: hasNext,
    administers: hasPowerSomewhere(actor, 'person.add'),
    audits: actor.administrations.some(({ kind }) => kind === 'auditor'),
    headless: hasPowerSomewhere(actor, 'organisation.create')
      ? await countOrganisations(reader, actor, at, { headless: true })
      : undefined,
  });
  res.page('people/overview', model, { title: model.header.title });
}

const listOptions = { sorts: ['until'] as const };

async function showEnding(site: Site, req: Request, res: Response): Promise<void> {
  const query = parseListQuery(req.query, listOptions);
  const page = {
    size: query.size,
    after: positionOf(query.after, 'timestamptz'),
    before: positionOf(query.before, 'timestamptz'),
  };
  if (!hasPowerSomewhere(req.actor, 'person.view')) throw notFound('page');
  const found = await listEndingSoon(site.db.reader, req.actor, site.clock.now(), page, query.dir);
  const model = buildEndingPage(res.words, query, found);
  res.page('people/ending', model, { title: model.header.title });
}

async function sendEnding(site: Site, req: Request, res: Response): Promise<void> {
  if (!hasPowerSomewhere(req.actor, 'person.view')) throw notFound('page');
  const { dir } = parseListQuery(req.query, listOptions);
  const now = site.clock.now();
  await recordEndingExport(site, req.origin);
  const rows = exportEndingSoon(site.db.reader, req.actor, now, dir);
  const { timeZone } = site.config;
  const name = `${res.words.t('people.overview.endingFile')}-${localDateOf(now, timeZone)}`;
  await sendCsv(res, name, rows, endingColumns(res.words, timeZone));
}
