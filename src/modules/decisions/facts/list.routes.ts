// The pages that list the subjects of an application and add one. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError } from '../../../platform/errors.ts';
import type { Position } from '../../../platform/keyset.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import type { FormState } from '../../../web/form-page.ts';
import { cutPage, listLinks, parseListQuery, positionOf, type CursorValue } from '../../../web/list-query.ts';
import { paths } from '../../../web/paths.ts';
import { fieldErrorsOf } from '../../../web/readable-errors.ts';
import { loadPlace } from '../../rights/index.ts';
import { compileForms } from '../forms/index.ts';
import { fillsGroupsByWork } from '../subject.facts.ts';
import { listSubjectTypes, personType } from '../subjects.queries.ts';
import { addSubject, recordSubjectsExport } from './subjects.commands.ts';
import { sendSubjects } from './facts.export.ts';
import { parseNewSubject } from './facts.forms.ts';
import { listSubjects, type SubjectQuery } from './facts.list.ts';
import { findFactForms } from './facts.queries.ts';
import { buildSubjectListPage } from './list.page.ts';
import { buildNewSubjectPage } from './new.page.ts';

export function createSubjectListRoutes(site: Site): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.decisionSubjects(application), (req, res) => showList(site, req, res));
  router.get(paths.exportDecisionSubjects(application), (req, res) => exportList(site, req, res));
  router.get(paths.newDecisionSubject(application), (req, res) => showNew(site, req, res));
  router.post(paths.newDecisionSubject(application), (req, res) => add(site, req, res));
  return router;
}

/** @throws bad_cursor for a place this list never gave */
function placeOf(type: string, cursor: readonly CursorValue[] | undefined): Position | undefined {
  if (cursor === undefined || type === personType) return positionOf(cursor);
  const [key] = cursor;
  if (typeof key !== 'string') throw new AppError('invalid', 'bad_cursor');
  return { key, id: key };
}

async function questionOf(site: Site, req: Request) {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const forms = await findFactForms(site.db.reader, place.id);
  const types = await listSubjectTypes(site.db, place.id);
  const query = parseListQuery(req.query, { sorts: ['name'], filters: { type: z.string().max(200) } });
  const type = [personType, ...types].find((known) => known === query.filters.type) ?? personType;
  const byWork = forms !== undefined && fillsGroupsByWork(compileForms(forms));
  const question: SubjectQuery = { applicationId: place.id, type, q: query.q, dir: query.dir, byWork };
  return { place, forms, types, query, question };
}

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const { place, forms, types, query, question } = await questionOf(site, req);
  const now = site.clock.now();
  const { type } = question;
  const at = { size: query.size, after: placeOf(type, query.after), before: placeOf(type, query.before) };
  const found = await listSubjects(site.db, question, at, now);
  const path = paths.decisionSubjects(place.id);
  const page = cutPage(found, query, path, ({ key, id }) => [key, id]);
  const links = listLinks(path, query);
  const exportHref = listLinks(paths.exportDecisionSubjects(place.id), query).link();
  const { words } = res;
  const model = buildSubjectListPage({
    words,
    now,
    place,
    forms,
    type,
    types,
    query,
    page,
    links,
    exportHref,
  });
  res.page('decisions/subjects', model, { title: `${model.title}: ${model.header.title}` });
}

async function exportList(site: Site, req: Request, res: Response): Promise<void> {
  const { place, forms, question } = await questionOf(site, req);
  const { type, q } = question;
  await recordSubjectsExport(site, req.origin, place.id, { type, q });
  await sendSubjects(site.db, question, forms, site.clock.now(), res);
}

/** @throws application_not_found; not_allowed */
async function placeToChange(site: Site, req: Request) {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  if (!place.mayChange) throw new AppError('forbidden', 'not_allowed');
  return { place, types: await listSubjectTypes(site.db, place.id) };
}

async function showNew(site: Site, req: Request, res: Response): Promise<void> {
  const { place, types } = await placeToChange(site, req);
  const model = buildNewSubjectPage(res.words, place, types, {});
  res.page('forms/form', model, { title: model.header.title });
}

async function add(site: Site, req: Request, res: Response): Promise<void> {
  const { place, types } = await placeToChange(site, req);
  const parsed = parseNewSubject(req.body);
  const again = (state: FormState, status: number): void => {
    const model = buildNewSubjectPage(res.words, place, types, state);
    res.page('forms/form', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  try {
    const { type, id } = await addSubject(site, req.actor, req.origin, place.id, parsed.value);
    flashOf(req).set({ text: res.words.t('decisions.facts.added') });
    res.redirect(303, paths.decisionSubject(place.id, type, id));
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}
