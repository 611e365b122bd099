// The page on which people see their own access and who can help them. Behind the sign-in; for everybody.
import { Router, type Request, type Response } from 'express';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { localDateOf } from '../../web/local-date.ts';
import { paths } from '../../web/paths.ts';
import { recordExport } from '../../web/record-export.ts';
import { listAdministrationsOf, listAdministratorsOf } from '../administration/index.ts';
import { findRights } from '../rights/index.ts';
import { ownRightColumns } from './my-access.export.ts';
import { buildMyAccessPage, type MyAccess } from './my-access.page.ts';
import { listOwnAffiliations, listOwnRights } from './my-access.queries.ts';

export function createMyAccessRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.myAccess(), (req, res) => showMyAccess(site, req, res));
  router.get(paths.exportMyAccess(), (req, res) => sendMyAccess(site, req, res));
  return router;
}

async function loadMyAccess(site: Site, req: Request): Promise<MyAccess> {
  const { reader } = site.db;
  const { personId } = req.actor;
  const now = site.clock.now();
  const affiliations = await listOwnAffiliations(reader, personId, now);
  const rights = await listOwnRights(reader, personId, now);
  const definitions = await findRights(reader, [...new Set(rights.map((right) => right.rightId))]);
  const administrations = await listAdministrationsOf(reader, personId, now);
  const administrators = new Map<string, Awaited<ReturnType<typeof listAdministratorsOf>>>();
  // Administrators of places one has left are nobody to ask any more, and none of one's business.
  const present = affiliations.filter(
    ({ period }) => period.from <= now && (period.until === null || period.until > now),
  );
  for (const id of new Set(present.map(({ organisation }) => organisation.id))) {
    const helpers = await listAdministratorsOf(reader, id, now);
    administrators.set(
      id,
      helpers.filter((one) => one.person.id !== personId),
    );
  }
  return { affiliations, rights, definitions, administrations, administrators };
}

async function showMyAccess(site: Site, req: Request, res: Response): Promise<void> {
  const model = buildMyAccessPage(res.words, site.clock.now(), await loadMyAccess(site, req));
  res.page('assignments/mine', model, { title: model.header.title });
}

async function sendMyAccess(site: Site, req: Request, res: Response): Promise<void> {
  const { personId } = req.actor;
  await recordExport(site, req, {
    action: 'own_access.exported',
    subjectType: 'person',
    subjectId: personId,
    personId,
  });
  const access = await loadMyAccess(site, req);
  const { timeZone } = site.config;
  const title = res.words.t('assignments.mine.title').toLowerCase().replaceAll(' ', '-');
  const name = `${title}-${localDateOf(site.clock.now(), timeZone)}`;
  await sendCsv(res, name, access.rights, ownRightColumns(res.words, timeZone, access));
}
