// The page on which the owners of an application try questions on its rights model: may this person, what may they see, who
// may. For whoever may see the application; reads only, and the question stands in the address.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { paths } from '../../../web/paths.ts';
import { modelFormsSchema } from '../forms/index.ts';
import { loadPlace } from '../../rights/index.ts';
import type { DecisionPoint } from '../decision.point.ts';
import { searchResources, searchSubjects, type PageOf } from '../search.ts';
import { listSubjectTypes, personType } from '../subjects.queries.ts';
import { typedText } from '../typed.ts';
import { buildQuestionsPage, fieldsOf, kinds, type Answer, type Typed } from './questions.page.ts';
import { findNames, findTypedSubject } from './questions.queries.ts';

export function createQuestionRoutes(point: DecisionPoint): Router {
  const router = Router();
  router.get(paths.askDecisions(':applicationId'), (req, res) => showQuestions(point, req, res));
  return router;
}

const typedSchema = z.object({
  ask: z.enum(kinds).catch('one'),
  who: typedText,
  what: typedText,
  record: typedText,
  after: typedText,
  whose: typedText.transform((type) => type || personType),
});
const pageSize = 50;

async function showQuestions(point: DecisionPoint, req: Request, res: Response): Promise<void> {
  const { site } = point;
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const typed = typedSchema.parse(req.query);
  await point.snapshots.catchUp();
  const loaded = await point.snapshots.of(place.id).model();
  const filled = fieldsOf[typed.ask].filter((name) => typed[name] !== '');
  const isComplete = filled.length === fieldsOf[typed.ask].length && typed.what.includes('/');
  const answer = isComplete ? await answerTo(point, place.id, typed) : undefined;
  // Coming from another kind of question, what is missing is no mistake yet.
  const incomplete = !isComplete && filled.length > 0 && 'asked' in req.query;
  const model = buildQuestionsPage({
    words: res.words,
    now: site.clock.now(),
    place,
    model: loaded?.model,
    forms: modelFormsSchema.safeParse(loaded?.stored).data,
    subjectTypes: await listSubjectTypes(point.site.db, place.id),
    typed,
    answer,
    incomplete,
  });
  res.page('decisions/questions', model, { title: `${model.title}: ${model.header.title}` });
}

async function answerTo(point: DecisionPoint, applicationId: string, typed: Typed): Promise<Answer> {
  const { db } = point.site;
  const slash = typed.what.lastIndexOf('/');
  const [type, name] = [typed.what.slice(0, slash), typed.what.slice(slash + 1)];
  const resource = { type, id: typed.record };
  const action = { name };
  const page: PageOf = { after: typed.after === '' ? undefined : typed.after, limit: pageSize };
  if (typed.ask === 'people') {
    const asked = { subjectType: typed.whose, action, resource };
    const found = await searchSubjects(point, applicationId, asked, page);
    return { found, names: typed.whose === personType ? await findNames(db, found.ids) : undefined };
  }
  const subject = await findTypedSubject(db, typed.who);
  if (typed.ask === 'records') {
    const asked = { subject, action, resourceType: type };
    return { found: await searchResources(point, applicationId, asked, page) };
  }
  const options = { full: true, caughtUp: true };
  const [verdict] = await point.decide(applicationId, [{ subject, action, resource }], options);
  return { verdict: verdict! };
}
