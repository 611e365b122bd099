// The page, the file and the reasons of the matrix of a sample. For whoever may see the application; changes nothing but the record
// of an export.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../../platform/errors.ts';
import { paths } from '../../../web/paths.ts';
import { loadPlace, type Place } from '../../rights/index.ts';
import type { DecisionPoint } from '../decision.point.ts';
import { findModel } from '../models/models.queries.ts';
import { listSubjectTypes, personType } from '../subjects.queries.ts';
import { answerSample, type Sample } from './sample.answers.ts';
import { recordSampleExport, sendSample } from './sample.export.ts';
import { buildSamplePage } from './sample.page.ts';
import { isAsked, sampleSchema, type SampleQuery } from './sample.query.ts';
import { findColumns, findRows, thoughtOf, type SampleProblem, type SampleSource } from './sample.rows.ts';
import { buildTracePage } from './trace.page.ts';
import { typedText } from '../typed.ts';

export function createSampleRoutes(point: DecisionPoint): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.decisionSample(application), (req, res) => showSample(point, req, res));
  router.get(paths.exportDecisionSample(application), (req, res) => exportSample(point, req, res));
  router.get(paths.decisionSampleTrace(application), (req, res) => showTrace(point, req, res));
  return router;
}

/** The valid model, read after everything that was committed before. @throws application_not_found */
async function prepare(point: DecisionPoint, req: Request) {
  const { site, snapshots } = point;
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  await snapshots.catchUp();
  const loaded = await snapshots.of(place.id).model();
  const stored = loaded && (await findModel(site.db.reader, place.id, loaded.number));
  const at = site.clock.now();
  const source: SampleSource | undefined =
    loaded && stored ? { db: site.db, applicationId: place.id, forms: stored.forms, loaded, at } : undefined;
  return { place, at, source };
}

interface Answered {
  readonly sample?: Sample;
  readonly problems: readonly SampleProblem[];
}

async function answer(
  point: DecisionPoint,
  place: Place,
  source: SampleSource,
  query: SampleQuery,
): Promise<Answered> {
  const [rows, columns] = [await findRows(source, query), await findColumns(source, query)];
  const problems = [rows, columns].flatMap((found) => ('problem' in found ? [found.problem] : []));
  if ('problem' in rows || 'problem' in columns) return { problems };
  const type = source.loaded.model.resourceTypes.find(({ name }) => name === query.kind)!;
  const actions = type.actions.includes(query.action) ? [query.action] : type.actions;
  const asked = { rows: rows.parts, columns: columns.parts, actions };
  return { problems: [], sample: await answerSample(point, place.id, query.kind, asked) };
}

async function showSample(point: DecisionPoint, req: Request, res: Response): Promise<void> {
  const { place, at, source } = await prepare(point, req);
  const query = sampleSchema.parse(req.query);
  const answered: Answered =
    source && isAsked(query) ? await answer(point, place, source, query) : { problems: [] };
  const model = buildSamplePage({
    words: res.words,
    now: at,
    place,
    query,
    model: source && { forms: source.forms, rights: source.loaded.model },
    subjectTypes: [personType, ...(await listSubjectTypes(point.site.db, place.id))],
    problems: answered.problems,
    sample: answered.sample,
  });
  const status = answered.problems.length > 0 ? 422 : 200;
  res.page('decisions/sample', model, { title: `${model.title}: ${model.header.title}`, status });
}

/** The file of a matrix that can be shown. @throws rights_model_not_found; otherwise back to the page with what is wrong */
async function exportSample(point: DecisionPoint, req: Request, res: Response): Promise<void> {
  const { place, at, source } = await prepare(point, req);
  const query = sampleSchema.parse(req.query);
  if (!source) throw notFound('rights_model');
  const { sample } = await answer(point, place, source, query);
  if (!sample) return showSample(point, req, res);
  await recordSampleExport(point.site, req.origin, place.id, query, sample);
  await sendSample(res, query, sample, at);
}

const traceSchema = z.object({ group: typedText, kind: typedText, action: typedText, record: typedText });

/** Why somebody in one group may or may not. @throws rights_model_not_found */
async function showTrace(point: DecisionPoint, req: Request, res: Response): Promise<void> {
  const { place, source } = await prepare(point, req);
  const typed = traceSchema.parse(req.query);
  const group = source?.forms.groups.find(({ id }) => id === typed.group);
  if (!source || !group) throw notFound('rights_model');
  const { subject, supposed } = thoughtOf(source.forms, group.id);
  const asked = { subject, action: { name: typed.action }, resource: { type: typed.kind, id: typed.record } };
  const [verdict] = await point.suppose(place.id, [asked], [supposed], { full: true, caughtUp: true });
  const model = buildTracePage(res.words, place, { ...typed, name: group.name }, verdict!, source.forms);
  res.page('decisions/trace', model, { title: model.header.title });
}
