// The pages on which rights are granted, changed and ended. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { parseForm, type Typed } from '../../web/form.ts';
import { flashOf } from '../../web/flash.ts';
import { paths } from '../../web/paths.ts';
import { findLastChange } from '../administration/index.ts';
import { fieldErrorsOf, readableErrors } from '../../web/readable-errors.ts';
import { findRight, listOffersFor, type OfferedRight } from '../rights/index.ts';
import { answerPeriod } from './assignments.check.ts';
import { contextText } from './assignments.context.ts';
import { changeAssignmentPeriod, endAssignment, undoAssignmentChange } from './assignments.changes.ts';
import { endForm, parseGrantForm, parsePeriodForm, readTypedPeriod, undoForm } from './assignments.forms.ts';
import { grantRight } from './assignments.grant.ts';
import {
  buildChoosePage,
  buildConflictPage,
  buildEndPage,
  buildGrantPage,
  buildPeriodPage,
  type FormState,
  type PageContext,
} from './assignments.page.ts';
import { getAssignment, getBearer, listUnitOptions, type ShownAssignment } from './assignments.queries.ts';

const [organisationParam, personParam, assignmentParam] = [':organisationId', ':personId', ':assignmentId'];

export function createAssignmentRoutes(site: Site): Router {
  const router = Router();
  const place = [organisationParam, personParam] as const;
  router.get(paths.newAssignment(...place), (req, res) => showNew(site, req, res));
  router.post(paths.assignments(...place), (req, res) => grant(site, req, res));
  router.get(paths.checkAssignment(...place), (req, res) => check(site, req, res));
  router.get(paths.editAssignment(...place, assignmentParam), (req, res) => showPeriod(site, req, res));
  router.post(paths.editAssignment(...place, assignmentParam), (req, res) => changePeriod(site, req, res));
  router.get(paths.endAssignment(...place, assignmentParam), (req, res) => showEnd(site, req, res));
  router.post(paths.endAssignment(...place, assignmentParam), (req, res) => end(site, req, res));
  router.post(paths.undoAssignment(...place, assignmentParam), (req, res) => undo(site, req, res));
  return router;
}

interface Place {
  readonly organisationId: string;
  readonly personId: string;
  readonly assignmentId: string;
}

/** @throws person_not_found for addresses that cannot exist */
function placeOf(req: Request): Place {
  const { organisationId = '', personId = '', assignmentId = '' } = req.params as Partial<Place>;
  const given = [organisationId, personId, ...('assignmentId' in req.params ? [assignmentId] : [])];
  if (!given.every(isId)) throw notFound('person');
  return { organisationId, personId, assignmentId };
}

async function contextOf(site: Site, req: Request, res: Response): Promise<PageContext> {
  const now = site.clock.now();
  const bearer = await getBearer(site.db.reader, req.actor, placeOf(req), now);
  return { words: res.words, bearer, now, zone: site.config.timeZone };
}

async function showNew(site: Site, req: Request, res: Response): Promise<void> {
  const context = await contextOf(site, req, res);
  if (context.bearer.personId === req.actor.personId) throw new AppError('forbidden', 'four_eyes');
  const offers = await listOffersFor(site.db.reader, context.bearer.organisation.id, context.now);
  const right = offers.find((one) => one.id === req.query['right']);
  if (right) return showGrantForm(site, res, context, right);
  const title = res.words.t('assignments.grant.title');
  res.page('assignments/choose', buildChoosePage(context, offers), { title });
}

async function showGrantForm(
  site: Site,
  res: Response,
  context: PageContext,
  right: OfferedRight,
  state: FormState & { status?: number } = {},
): Promise<void> {
  const { bearer, now } = context;
  const units = await listUnitOptions(site.db.reader, bearer.organisation.id, now);
  const suggested = await latestUntil(site, context, right);
  const model = buildGrantPage(context, right, units, suggested, state);
  res.page('assignments/grant', model, {
    title: res.words.t('assignments.grant.title'),
    status: state.status ?? 200,
  });
}

/** The longest possible end for somebody who starts now: what the form suggests. */
async function latestUntil(
  site: Site,
  { bearer, now }: PageContext,
  right: OfferedRight,
): Promise<Date | null> {
  const affiliation = bearer.affiliations[0]?.period ?? { from: now, until: null };
  const period = { from: now, until: null };
  const question = {
    rightId: right.id,
    organisationId: bearer.organisation.id,
    affiliation,
    period,
    startIsNew: true,
    at: now,
  };
  return (await answerPeriod(site, question)).latest ?? null;
}

async function grant(site: Site, req: Request, res: Response): Promise<void> {
  const context = await contextOf(site, req, res);
  const { personId, organisation } = context.bearer;
  const parsed = parseGrantForm(req.body, context.zone, context.now);
  if (!parsed.ok) return showGrantAgain(site, req, res, context, { ...parsed, status: 422 });
  try {
    const { affiliation, right, from, until, reason, context: values } = parsed.value;
    const input = { affiliationId: affiliation, rightId: right, context: values, from, until, reason };
    const { assignmentId, undoId } = await grantRight(site, req.actor, req.origin, input);
    flashOf(req).set({
      text: res.words.t('assignments.grant.done', { person: context.bearer.personName }),
      undo: undoOf(res, context, assignmentId, undoId),
    });
    res.redirect(303, paths.person(organisation.id, personId));
  } catch (error) {
    await showGrantAgain(site, req, res, context, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
}

async function showGrantAgain(
  site: Site,
  req: Request,
  res: Response,
  context: PageContext,
  state: FormState & { status: number },
): Promise<void> {
  const offers = await listOffersFor(site.db.reader, context.bearer.organisation.id, context.now);
  const right = offers.find((one) => one.id === (req.body as Typed)['right']);
  if (!right) throw new AppError('conflict', 'right_not_offered');
  await showGrantForm(site, res, context, right, state);
}

const undoOf = (res: Response, { bearer }: PageContext, assignmentId: string, undoId: string) => ({
  action: paths.undoAssignment(bearer.organisation.id, bearer.personId, assignmentId),
  label: res.words.t('common.undo'),
  fields: { undo: undoId },
});

/** The server's opinion on a period that is being typed. */
async function check(site: Site, req: Request, res: Response): Promise<void> {
  const context = await contextOf(site, req, res);
  const { bearer, zone, now, words } = context;
  const typed = req.query as Typed;
  const standing = isId(typed['assignment'])
    ? await getAssignment(site.db.reader, req.actor, { ...placeOf(req), assignmentId: typed['assignment'] })
    : undefined;
  const begun = standing !== undefined && standing.period.from <= now;
  const period = readTypedPeriod(begun ? { ...typed, from: localDay(standing, zone) } : typed, zone, now);
  const chosen = bearer.affiliations.find((one) => one.id === typed['affiliation']) ?? bearer.affiliations[0];
  const affiliation = standing?.affiliation ?? chosen?.period;
  const rightId = standing?.rightId ?? typed['right'];
  if (!period || !affiliation || !isId(rightId)) return void res.fragment('assignments/check', {});
  const asked = { ...period, ...(begun ? { from: standing.period.from } : {}) };
  const organisationId = bearer.organisation.id;
  const answer = await answerPeriod(site, {
    rightId,
    organisationId,
    affiliation,
    period: asked,
    startIsNew: !begun,
    at: now,
  });
  const error = answer.fits ? undefined : readableErrors(words, zone, { period: answer })['period'];
  res.fragment('assignments/check', { error, period: asked, latest: answer.latest });
}

const localDay = (standing: ShownAssignment, zone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(standing.period.from);

async function shownOf(site: Site, req: Request, res: Response) {
  const context = await contextOf(site, req, res);
  const shown = await getAssignment(site.db.reader, req.actor, placeOf(req));
  const right = await findRight(site.db.reader, shown.rightId);
  return { context, shown, contexts: contextText(res.words, shown, right?.contexts ?? []) };
}

async function showPeriod(site: Site, req: Request, res: Response): Promise<void> {
  const { context, shown, contexts } = await shownOf(site, req, res);
  res.page('assignments/period', buildPeriodPage(context, shown, contexts), {
    title: res.words.t('assignments.change.title'),
  });
}

async function changePeriod(site: Site, req: Request, res: Response): Promise<void> {
  const { context, shown, contexts } = await shownOf(site, req, res);
  const title = res.words.t('assignments.change.title');
  const again = (state: FormState, status: number) =>
    res.page('assignments/period', buildPeriodPage(context, shown, contexts, state), { title, status });
  const parsed = parsePeriodForm(req.body, context.zone, context.now);
  if (!parsed.ok) return again(parsed, 422);
  try {
    const { undoId } = await changeAssignmentPeriod(site, req.actor, req.origin, {
      assignmentId: shown.id,
      ...parsed.value,
    });
    const text = res.words.t('assignments.change.done', { person: context.bearer.personName });
    flashOf(req).set({ text, undo: undoOf(res, context, shown.id, undoId) });
    res.redirect(303, paths.person(context.bearer.organisation.id, context.bearer.personId));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { personId: context.bearer.personId, subjectId: shown.id };
      const lastChange = await findLastChange(site.db.reader, where, context.now);
      const model = buildConflictPage(context, shown, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function showEnd(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const { context, shown, contexts } = await shownOf(site, req, res);
  // Undoing is giving again: not for one's own.
  const canUndo = context.bearer.personId !== req.actor.personId;
  const model = buildEndPage(context, shown, contexts, { canUndo, changedMeanwhile });
  const title = res.words.t('assignments.end.title');
  res.page('assignments/end', model, { title, status: changedMeanwhile ? 409 : 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const context = await contextOf(site, req, res);
  const { assignmentId } = placeOf(req);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    const { undoId } = await endAssignment(site, req.actor, req.origin, { assignmentId, ...parsed.value });
    const text = res.words.t('assignments.end.done', { person: context.bearer.personName });
    flashOf(req).set({ text, ...(undoId ? { undo: undoOf(res, context, assignmentId, undoId) } : {}) });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showEnd(site, req, res, true);
    throw error;
  }
  res.redirect(303, paths.person(context.bearer.organisation.id, context.bearer.personId));
}

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const { organisationId, personId } = placeOf(req);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  await undoAssignmentChange(site, req.actor, req.origin, parsed.value.undo);
  flashOf(req).set({ text: res.words.t('assignments.undone') });
  res.redirect(303, paths.person(organisationId, personId));
}
