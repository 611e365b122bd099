// The page that compares any two versions of a rights model, old ones included. For whoever may see the application; reads only.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { paths } from '../../../web/paths.ts';
import { loadPlace } from '../../rights/index.ts';
import { checkForms } from '../forms/index.ts';
import { comeBack, namesInLines } from '../models/comparing.ts';
import { findDifference } from '../models/difference.runs.ts';
import type { ModelPage } from '../models/page-parts.ts';
import { findModel, listModels, type ModelVersion } from '../models/models.queries.ts';
import { buildComparisonPage, type Compared } from './comparison.page.ts';
import { compareDocuments } from './document.difference.ts';

export function createComparisonRoutes(site: Site): Router {
  const router = Router();
  router.get(paths.compareRightsModels(':applicationId'), (req, res) => showComparison(site, req, res));
  return router;
}

const number = z.coerce.number().int().positive().optional().catch(undefined);
const chosenSchema = z.object({ from: number, to: number });

async function showComparison(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const page: ModelPage = { words: res.words, now: site.clock.now(), place };
  const versions = await listModels(site.db.reader, place.id);
  const { from, to } = chosenSchema.parse(req.query);
  const chosen = { from: from ?? before(versions)?.number ?? 0, to: to ?? versions[0]?.number ?? 0 };
  // Everybody is looked at for it: only when it was asked.
  const compared = from !== undefined && to !== undefined ? await compare(site, page, from, to) : undefined;
  if (compared?.people?.state === 'running') comeBack(res);
  const model = buildComparisonPage(page, versions, chosen, compared);
  res.page('decisions/compare', model, { title: model.header.title });
}

/** The version before the newest. */
const before = (versions: readonly ModelVersion[]): ModelVersion | undefined => versions[1] ?? versions[0];

/** @throws rights_model_not_found for a number that is none */
async function compare(site: Site, { words, place }: ModelPage, from: number, to: number) {
  const { reader } = site.db;
  const [old, fresh] = [await findModel(reader, place.id, from), await findModel(reader, place.id, to)];
  if (!old || !fresh) throw notFound('rights_model');
  const unfinished = [old, fresh].find(({ forms }) => checkForms(forms).length > 0);
  // What an unfinished document means for people cannot be said.
  const people = unfinished
    ? undefined
    : await findDifference(site, { applicationId: place.id, before: old, after: fresh });
  const compared: Compared = {
    before: old,
    after: fresh,
    unfinished,
    people,
    names: people?.state === 'done' ? await namesInLines(site, people.difference) : new Map(),
    document: compareDocuments(old.forms, fresh.forms, words.t),
  };
  return compared;
}
