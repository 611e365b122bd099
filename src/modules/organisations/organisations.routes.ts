// The pages about organisations and their units. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf } from '../../web/flash.ts';
import { parseForm } from '../../web/form.ts';
import type { FormState } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { findLastChange, hasPowerSomewhere } from '../administration/index.ts';
import { organisationSchemes } from './identifiers.model.ts';
import { buildOrganisationPage } from './organisation.page.ts';
import { changeOrganisation, createOrganisation, endOrganisation } from './organisations.commands.ts';
import { listOrganisations } from './organisations.list.ts';
import {
  endForm,
  namesFrom,
  newOrganisationForm,
  numbersFrom,
  organisationForm,
} from './organisations.forms.ts';
import {
  buildEditConflict,
  buildEditPage,
  buildEndPage,
  buildMovePage,
  buildNewPage,
} from './organisations.page.ts';
import { loadPlace, type Place } from './organisations.place.ts';
import { findOrganisationByCode, listTargetGroups, loadEndConsequences } from './organisations.queries.ts';
import { listUnits } from './units.queries.ts';

export function createOrganisationRoutes(site: Site): Router {
  const router = Router();
  const place = ':organisationId';
  router.get(paths.newOrganisation(), (req, res) => showNew(site, req, res));
  router.post(paths.newOrganisation(), (req, res) => create(site, req, res));
  router.get(paths.organisation(place), (req, res) => showOne(site, req, res));
  router.get(paths.editOrganisation(place), (req, res) => showEdit(site, req, res));
  router.post(paths.editOrganisation(place), (req, res) => change(site, req, res));
  router.get(paths.endOrganisation(place), (req, res) => showEnd(site, req, res));
  router.post(paths.endOrganisation(place), (req, res) => end(site, req, res));
  return router;
}

async function showNew(
  site: Site,
  req: Request,
  res: Response,
  state: FormState & { status?: number } = {},
): Promise<void> {
  if (!hasPowerSomewhere(req.actor, 'organisation.create')) throw new AppError('forbidden', 'not_allowed');
  const model = buildNewPage(res.words, await listTargetGroups(site.db.reader), state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(newOrganisationForm, req.body);
  if (!parsed.ok) return showNew(site, req, res, { ...parsed, status: 422 });
  const { code, name, targetGroup, contactMail, identifier } = parsed.value;
  try {
    const groups = await listTargetGroups(site.db.reader);
    const scheme = groups.find((group) => group.id === targetGroup)?.identifierScheme;
    const id = await createOrganisation(site, req.actor, req.origin, {
      code,
      name,
      names: namesFrom(parsed.value),
      targetGroupId: targetGroup,
      parentId: await parentFrom(site, req, parsed.value.parent),
      contactMail: contactMail ?? null,
      identifiers: identifier && scheme ? [{ scheme, text: identifier }] : [],
    });
    flashOf(req).set({ text: res.words.t('organisations.new.done', { organisation: name }) });
    res.redirect(303, paths.organisation(id));
  } catch (error) {
    await showNew(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
}

/** The parent is typed by its code. @throws invalid_fields `parent` for one the actor does not see */
async function parentFrom(site: Site, req: Request, code: string | undefined): Promise<string | null> {
  if (code === undefined) return null;
  return findOrganisationByCode(site.db.reader, req.actor, code);
}

/** How many of the organisations below one stand on its page; the rest are in the list. */
const shownChildren = 20;

async function showOne(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site, req, res);
  const { reader } = site.db;
  const units = await listUnits(reader, place.organisation.id, place.now);
  const below = { parentId: place.organisation.id, ended: true };
  const page = { size: shownChildren };
  const { items: children } = await listOrganisations(
    reader,
    req.actor,
    place.now,
    below,
    page,
    'organisation.view',
    { sort: 'name', dir: 'asc', lang: res.words.lang },
  );
  const model = buildOrganisationPage(place, units, children);
  res.page('organisations/organisation', model, { title: model.header.title });
}

async function editPlace(
  site: Site,
  req: Request,
  res: Response,
): Promise<{ place: Place; parentCode: string }> {
  const place = await loadPlace(site, req, res);
  if (!place.powers.has('organisation.change')) throw new AppError('forbidden', 'not_allowed');
  return { place, parentCode: place.organisation.parentCode ?? '' };
}

async function showEdit(
  site: Site,
  req: Request,
  res: Response,
  state: FormState & { status?: number } = {},
): Promise<void> {
  const { place, parentCode } = await editPlace(site, req, res);
  const model = buildEditPage(place, parentCode, state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(organisationForm, req.body);
  if (!parsed.ok) return showEdit(site, req, res, { ...parsed, status: 422 });
  const { place, parentCode } = await editPlace(site, req, res);
  const { organisation, words } = place;
  const { name, contactMail, version, parent, acknowledgeMove } = parsed.value;
  // Only the form of an operator asks for parent and numbers: whoever is not asked leaves them.
  const moves = 'parent' in parsed.typed && (parent ?? '') !== parentCode;
  const asksNumbers = organisationSchemes.some((scheme) => scheme in parsed.typed);
  try {
    await changeOrganisation(site, req.actor, req.origin, {
      organisationId: organisation.id,
      version,
      name,
      names: namesFrom(parsed.value),
      contactMail: contactMail ?? null,
      ...(asksNumbers ? { identifiers: numbersFrom(parsed.value) } : {}),
      ...(moves ? { parentId: await parentFrom(site, req, parent), acknowledgeMove } : {}),
    });
  } catch (error) {
    if (isAppError(error) && error.code === 'move_ends_administrations') {
      const { count } = error.details as { count: number };
      const model = buildMovePage(place, parsed.typed, count);
      return res.page('forms/confirm', model, { title: model.header.title, status: 409 });
    }
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { organisationId: organisation.id, subjectId: organisation.id };
      const lastChange = await findLastChange(site.db.reader, where, place.now);
      const model = buildEditConflict(place, parentCode, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    return showEdit(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  flashOf(req).set({ text: words.t('organisations.edit.done') });
  res.redirect(303, paths.organisation(organisation.id));
}

async function showEnd(
  site: Site,
  req: Request,
  res: Response,
  error?: { readonly code: string },
): Promise<void> {
  const place = await loadPlace(site, req, res);
  if (!place.powers.has('organisation.create')) throw notFound('page');
  const counts = await loadEndConsequences(site.db.reader, place.organisation.id, place.now);
  const model = buildEndPage(place, counts, error);
  res.page('forms/confirm', model, { title: model.header.title, status: error ? 409 : 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site, req, res);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const organisationId = place.organisation.id;
  try {
    await endOrganisation(site, req.actor, req.origin, { organisationId, ...parsed.value });
  } catch (error) {
    if (isAppError(error) && ['last_administrator', 'stale_edit'].includes(error.code))
      return showEnd(site, req, res, error);
    throw error;
  }
  flashOf(req).set({
    text: place.words.t('organisations.end.done', { organisation: place.organisationName }),
  });
  res.redirect(303, paths.organisation(organisationId));
}
