// The pages on which administrators are listed, appointed, prolonged and ended: of an organisation, an application, the
// site. One set of handlers for the three. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { sql } from 'kysely';
import { z } from 'zod';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf, type Flash } from '../../web/flash.ts';
import { formField, parseForm, type Typed } from '../../web/form.ts';
import { startDay } from '../../web/form-parts.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { appointAdministrator, changeAdministrationPeriod } from './administration.commands.ts';
import { endAdministration } from './administration.end.ts';
import { listFalling } from './administration.ending.ts';
import { isLastHead } from './administration.last.ts';
import { findLastChange } from './administration.last-change.ts';
import {
  findCandidates,
  listAdministrations,
  type Candidate,
  type ListedAdministration,
} from './administration.lists.ts';
import {
  buildAppointPage,
  buildConflictPage,
  buildEndPage,
  buildPeriodPage,
  buildSearchPage,
  type FormState,
  type Page,
} from './administration.page.ts';
import { organisationInScope } from './administration.scope.ts';
import { pageOf, sendList, showList } from './administration.list.routes.ts';
import { undoAppointment } from './administration.undo-appointment.ts';
import { mayGiveBack, undoEndAdministration } from './administration.undo.ts';

export function createAdministrationRoutes(site: Site): Router {
  const router = Router();
  const lists = [
    paths.administrators(':organisationId'),
    paths.applicationAdministrators(':applicationId'),
    paths.siteAdministrators(),
  ];
  for (const list of lists) {
    router.get(list, (req, res) => showList(site, req, res));
    router.get(paths.exportAdministrators(list), (req, res) => sendList(site, req, res));
    router.post(list, (req, res) => appoint(site, req, res));
    router.get(paths.appoint(list), (req, res) => showAppoint(site, req, res));
    router.get(paths.editAdministration(list, ':administrationId'), (req, res) => showPeriod(site, req, res));
    router.post(paths.editAdministration(list, ':administrationId'), (req, res) =>
      changePeriod(site, req, res),
    );
    router.get(paths.endAdministration(list, ':administrationId'), (req, res) => showEnd(site, req, res));
    router.post(paths.endAdministration(list, ':administrationId'), (req, res) => end(site, req, res));
    router.post(paths.undoAdministration(list, ':administrationId'), (req, res) => undo(site, req, res));
  }
  return router;
}

async function showAppoint(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res);
  if (page.place.kinds.length === 0) throw new AppError('forbidden', 'not_allowed');
  const title = res.words.t('administration.appoint.title');
  const { affiliation } = req.query;
  if (isId(affiliation)) {
    const candidate = await getCandidate(site, req, page, affiliation);
    return res.page('administration/appoint', buildAppointPage(page, candidate), { title });
  }
  const q = typeof req.query['q'] === 'string' ? req.query['q'].slice(0, 100) : '';
  const candidates = await candidatesFor(site, req, page, { q });
  res.page('administration/search', buildSearchPage(page, q, candidates), { title });
}

function candidatesFor(
  site: Site,
  req: Request,
  page: Page,
  search: { q?: string; affiliationId?: string },
): Promise<Candidate[]> {
  const scope = organisationInScope(req.actor, 'person.view', sql.ref('f.organisation_id'));
  const organisationId = page.place.seat.kind === 'organisation' ? page.place.seat.id : undefined;
  return findCandidates(site.db.reader, scope as never, { ...search, organisationId }, page.now);
}

/** @throws affiliation_not_found */
async function getCandidate(site: Site, req: Request, page: Page, affiliationId: string): Promise<Candidate> {
  const [candidate] = await candidatesFor(site, req, page, { affiliationId });
  if (!candidate) throw notFound('affiliation');
  return candidate;
}

const appointForm = (zone: string, now: Date) =>
  z.object({
    affiliation: formField.id(),
    kind: z.enum(['operator', 'auditor', 'application_owner', 'head', 'local']),
    subtree: formField.ticked(),
    from: startDay(zone, now),
    until: formField.lastDay(zone).optional(),
    reason: formField.text(500).optional(),
  });

async function appoint(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res);
  const parsed = parseForm(appointForm(page.zone, page.now), req.body);
  const affiliationId = (req.body as Typed)['affiliation'];
  const candidate = await getCandidate(site, req, page, isId(affiliationId) ? affiliationId : '');
  const again = (state: FormState, status: number) =>
    res.page('administration/appoint', buildAppointPage(page, candidate, state), {
      title: res.words.t('administration.appoint.title'),
      status,
    });
  if (!parsed.ok) return again(parsed, 422);
  const { seat } = page.place;
  const { kind, subtree, from, until, reason } = parsed.value;
  try {
    const { administrationId, undoId } = await appointAdministrator(site, req.actor, req.origin, {
      affiliationId: candidate.affiliationId,
      kind,
      includesSubtree: subtree,
      from,
      until: until ?? null,
      reason,
      ...(seat.kind === 'organisation' ? { organisationId: seat.id } : {}),
      ...(seat.kind === 'application' ? { applicationId: seat.id } : {}),
    });
    const text = res.words.t('administration.appoint.done', { person: candidate.personName });
    flashOf(req).set({ text, ...undoOf(page, administrationId, undoId, 'appointed') });
    res.redirect(303, page.place.listHref);
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

/** The administration in the address, if it belongs to the seat itself. @throws administration_not_found */
async function shownOf(
  site: Site,
  req: Request,
  res: Response,
): Promise<{ page: Page; one: ListedAdministration }> {
  const page = await pageOf(site, req, res);
  const all = await listAdministrations(site.db.reader, page.place.seat, page.now);
  const one = all.find((listed) => listed.id === req.params['administrationId']);
  const { seat } = page.place;
  if (!one || (seat.kind === 'organisation' && one.organisation?.id !== seat.id))
    throw notFound('administration');
  return { page, one };
}

async function showPeriod(site: Site, req: Request, res: Response): Promise<void> {
  const { page, one } = await shownOf(site, req, res);
  res.page('administration/period', buildPeriodPage(page, one), {
    title: res.words.t('administration.change.title'),
  });
}

const periodForm = (zone: string) =>
  z.object({
    version: formField.version(),
    until: formField.lastDay(zone).optional(),
    reason: formField.text(500).optional(),
  });

async function changePeriod(site: Site, req: Request, res: Response): Promise<void> {
  const { page, one } = await shownOf(site, req, res);
  const title = res.words.t('administration.change.title');
  const again = (state: FormState, status: number) =>
    res.page('administration/period', buildPeriodPage(page, one, state), { title, status });
  const parsed = parseForm(periodForm(page.zone), req.body);
  if (!parsed.ok) return again(parsed, 422);
  try {
    const { version, until = null, reason } = parsed.value;
    const { undoId } = await changeAdministrationPeriod(site, req.actor, req.origin, {
      administrationId: one.id,
      version,
      until,
      reason,
    });
    const text = res.words.t('administration.change.done', { person: one.person.name });
    flashOf(req).set({ text, ...undoOf(page, one.id, undoId) });
    res.redirect(303, page.place.listHref);
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const lastChange = await findLastChange(
        site.db.reader,
        { personId: one.person.id, subjectId: one.id },
        page.now,
      );
      const model = buildConflictPage(page, one, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

/** @param again why it is asked again */
async function showEnd(site: Site, req: Request, res: Response, again?: string): Promise<void> {
  const { page, one } = await shownOf(site, req, res);
  const falling = await listFalling(site.db.reader, one.id, page.now);
  const consequences = {
    delegated: falling.length - 1,
    isLast: await isLastHead(site.db.reader, one.id, page.now),
    canUndo: await mayGiveBack(site.db.reader, req.actor, falling, page.now, page.zone),
    changedMeanwhile: again === 'stale_edit',
  };
  res.page('administration/end', buildEndPage(page, one, consequences), {
    title: res.words.t('administration.end.title'),
    status: again ? 409 : 200,
  });
}

const endForm = z.object({
  version: formField.version(),
  acknowledgeLast: formField.ticked(),
  reason: formField.text(500).optional(),
});

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const { page, one } = await shownOf(site, req, res);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    const { undoId } = await endAdministration(site, req.actor, req.origin, {
      administrationId: one.id,
      ...parsed.value,
    });
    const text = res.words.t('administration.end.done', { person: one.person.name });
    flashOf(req).set({ text, ...undoOf(page, one.id, undoId) });
  } catch (error) {
    if (isAppError(error) && ['last_administrator', 'stale_edit'].includes(error.code))
      return showEnd(site, req, res, error.code);
    throw error;
  }
  // Whoever gave up their own last power here could no longer see the list.
  res.redirect(303, one.person.id === req.actor.personId ? paths.myAccess() : page.place.listHref);
}

function undoOf(
  page: Page,
  administrationId: string,
  undoId: string | undefined,
  of: 'ended' | 'appointed' = 'ended',
): Pick<Flash, 'undo'> {
  if (undoId === undefined) return {};
  const action = paths.undoAdministration(page.place.listHref, administrationId);
  return { undo: { action, label: page.words.t('common.undo'), fields: { undo: undoId, of } } };
}

const undoForm = z.object({
  undo: formField.id(),
  of: z.enum(['ended', 'appointed']).default('ended'),
});

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const { undo: undoId, of } = parsed.value;
  if (of === 'appointed') {
    await undoAppointment(site, req.actor, req.origin, { undoId });
    flashOf(req).set({ text: res.words.t('administration.appoint.undone') });
  } else {
    const { restored } = await undoEndAdministration(site, req.actor, req.origin, { undoId });
    flashOf(req).set({ text: res.words.t('administration.end.undone', { count: restored }) });
  }
  res.redirect(303, page.place.listHref);
}
