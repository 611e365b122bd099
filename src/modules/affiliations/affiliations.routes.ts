// The pages on which affiliations are added, changed and ended. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf } from '../../web/flash.ts';
import { isLocalDate, lastDayToUntil } from '../../web/local-date.ts';
import { parseForm } from '../../web/form.ts';
import type { FormState } from '../../web/form-page.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { findLastChange } from '../administration/index.ts';
import { idParam, listUnits, loadPlace } from '../organisations/index.ts';
import {
  addAffiliation,
  changeAffiliation,
  endAffiliation,
  type Consequences,
} from './affiliations.commands.ts';
import {
  affiliationChangeForm,
  affiliationEndForm,
  affiliationForm,
  detailsFrom,
  keepInstants,
  undoForm,
} from './affiliations.forms.ts';
import {
  buildConflictPage,
  buildEditPage,
  buildEndPage,
  buildNewPage,
  undoFlash,
  type AffiliationPlace,
} from './affiliations.page.ts';
import { countCarried, findPersonName, getAffiliation } from './affiliations.queries.ts';
import { undoAddAffiliation, undoChangeAffiliation } from './affiliations.undo-change.ts';
import { undoEndAffiliation } from './affiliations.undo.ts';

export function createAffiliationRoutes(site: Site): Router {
  const router = Router();
  const person = [':organisationId', ':personId'] as const;
  const one = [...person, ':affiliationId'] as const;
  router.get(paths.newAffiliation(...person), (req, res) => showNew(site, req, res));
  router.post(paths.newAffiliation(...person), (req, res) => add(site, req, res));
  router.get(paths.editAffiliation(...one), (req, res) => showEdit(site, req, res));
  router.post(paths.editAffiliation(...one), (req, res) => change(site, req, res));
  router.get(paths.endAffiliation(...one), (req, res) => showEnd(site, req, res));
  router.post(paths.endAffiliation(...one), (req, res) => end(site, req, res));
  router.post(paths.undoAffiliation(...one), (req, res) => undo(site, req, res));
  return router;
}

async function placeOf(site: Site, req: Request, res: Response): Promise<AffiliationPlace> {
  const place = await loadPlace(site, req, res);
  const personId = idParam(req, 'personId', 'person');
  const name = await findPersonName(site.db.reader, req.actor, place.organisation.id, personId);
  if (!place.powers.has('affiliation.change')) throw new AppError('forbidden', 'not_allowed');
  return { ...place, person: { id: personId, name }, ownPersonId: req.actor.personId };
}

async function shownOf(site: Site, req: Request, res: Response) {
  const place = await placeOf(site, req, res);
  const affiliationId = idParam(req, 'affiliationId', 'affiliation');
  const { organisation, person } = place;
  const where = { organisationId: organisation.id, personId: person.id, affiliationId };
  return { place, shown: await getAffiliation(site.db.reader, req.actor, where) };
}

const whereOf = ({ organisation, person }: AffiliationPlace, { id }: { readonly id: string }) => ({
  organisationId: organisation.id,
  personId: person.id,
  affiliationId: id,
});

const unitsOf = (site: Site, { organisation, now }: AffiliationPlace) =>
  listUnits(site.db.reader, organisation.id, now);

async function showNew(
  site: Site,
  req: Request,
  res: Response,
  state: FormState & { status?: number } = {},
): Promise<void> {
  const place = await placeOf(site, req, res);
  if (place.person.id === req.actor.personId) throw new AppError('forbidden', 'four_eyes');
  const model = buildNewPage(place, await unitsOf(site, place), state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function add(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(affiliationForm(site.config.timeZone), req.body);
  if (!parsed.ok) return showNew(site, req, res, { ...parsed, status: 422 });
  const { organisation, person, words } = await placeOf(site, req, res);
  const details = { ...detailsFrom(parsed.value), type: parsed.value.type };
  const where = { personId: person.id, organisationId: organisation.id };
  try {
    const added = await addAffiliation(site, req.actor, req.origin, { ...where, details });
    const undoing = undoFlash(words, { ...where, ...added }, 'added', added.undoId);
    flashOf(req).set({ text: words.t('affiliations.new.done', { person: person.name }), ...undoing });
  } catch (error) {
    return showNew(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  res.redirect(303, paths.person(organisation.id, person.id));
}

interface EditState extends FormState {
  readonly status?: number;
  readonly consequences?: Consequences;
  readonly lastAdministrator?: boolean;
  /** It was changed since the question was asked first. */
  readonly changedMeanwhile?: boolean;
}

async function showEdit(site: Site, req: Request, res: Response, state: EditState = {}): Promise<void> {
  const { place, shown } = await shownOf(site, req, res);
  const model = buildEditPage(place, shown, await unitsOf(site, place), state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const { place, shown } = await shownOf(site, req, res);
  const parsed = parseForm(affiliationChangeForm(place.zone), req.body);
  if (!parsed.ok) return showEdit(site, req, res, { ...parsed, status: 422 });
  const { version, acknowledge, acknowledgeLast } = parsed.value;
  const details = keepInstants(detailsFrom(parsed.value), shown, place.zone);
  const input = {
    ...details,
    affiliationId: shown.id,
    version,
    acknowledgeConsequences: acknowledge,
    acknowledgeLast,
  };
  try {
    const { undoId } = await changeAffiliation(site, req.actor, req.origin, input);
    const text = place.words.t('affiliations.edit.done', { person: place.person.name });
    flashOf(req).set({ text, ...undoFlash(place.words, whereOf(place, shown), 'changed', undoId) });
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { typed } = parsed;
    if (error.code === 'stale_edit') {
      const where = { personId: shown.personId, subjectId: shown.id };
      const lastChange = await findLastChange(site.db.reader, where, place.now);
      const yours = { ...details, type: shown.type };
      const model = buildConflictPage(place, {
        shown,
        yours,
        typed,
        lastChange,
        units: await unitsOf(site, place),
      });
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    const consequences =
      consequencesIn(error) ??
      (acknowledge ? await countCarried(site.db.reader, shown.id, details.until ?? place.now) : undefined);
    const lastAdministrator = error.code === 'last_administrator';
    if (error.code === 'consequences_unconfirmed' || lastAdministrator) {
      return showEdit(site, req, res, { typed, status: 409, consequences, lastAdministrator });
    }
    return showEdit(site, req, res, { typed, ...fieldErrorsOf(error) });
  }
  res.redirect(303, paths.person(place.organisation.id, place.person.id));
}

const consequencesIn = (error: AppError): Consequences | undefined =>
  (error.details as { consequences?: Consequences } | undefined)?.consequences;

async function showEnd(site: Site, req: Request, res: Response, state: EditState = {}): Promise<void> {
  const { place, shown } = await shownOf(site, req, res);
  const consequences = await countCarried(site.db.reader, shown.id, place.now);
  const model = buildEndPage(place, shown, consequences, state);
  res.page('forms/confirm', model, { title: model.header.title, status: state.status ?? 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const { place, shown } = await shownOf(site, req, res);
  const parsed = parseForm(affiliationEndForm, req.body);
  if (!parsed.ok) return showEnd(site, req, res, { ...parsed, status: 422 });
  const { version, when, on, reason, acknowledgeLast } = parsed.value;
  const { typed } = parsed;
  if (when === 'on' && (on === undefined || !isLocalDate(on))) {
    return showEnd(site, req, res, { typed, fields: { on: { code: 'invalid_date' } }, status: 422 });
  }
  const at = when === 'on' && on !== undefined ? { at: lastDayToUntil(on, place.zone) } : {};
  try {
    const input = { affiliationId: shown.id, version, reason, acknowledgeLast, ...at };
    const ended = await endAffiliation(site, req.actor, req.origin, input);
    const text = place.words.t(ended.cancelled ? 'affiliations.end.cancelled' : 'affiliations.end.done', {
      person: place.person.name,
    });
    flashOf(req).set({ text, ...undoFlash(place.words, whereOf(place, shown), 'ended', ended.undoId) });
  } catch (error) {
    if (isAppError(error) && error.code === 'last_administrator') {
      return showEnd(site, req, res, { typed, status: 409, lastAdministrator: true });
    }
    if (isAppError(error) && error.code === 'stale_edit')
      return showEnd(site, req, res, { typed, status: 409, changedMeanwhile: true });
    return showEnd(site, req, res, { typed, ...fieldErrorsOf(error) });
  }
  res.redirect(303, paths.person(place.organisation.id, place.person.id));
}

const undoing = {
  ended: { command: undoEndAffiliation, done: 'affiliations.end.undone' },
  added: { command: undoAddAffiliation, done: 'affiliations.new.undone' },
  changed: { command: undoChangeAffiliation, done: 'affiliations.edit.undone' },
};

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const { undo: undoId, of } = parsed.value;
  const { personId, organisationId } = await undoing[of].command(site, req.actor, req.origin, { undoId });
  flashOf(req).set({ text: res.words.t(undoing[of].done) });
  res.redirect(303, paths.person(organisationId, personId));
}
