// The pages on which owners offer rights to organisations and target groups. Behind the sign-in; the commands decide.
import { Router, type Request, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { sendCsv } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { localDateOf, parseForm, type FieldErrors } from '../../web/form.ts';
import { listLinks, parseListQuery } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { recordExport } from '../../web/record-export.ts';
import { exportAction } from '../../web/view-models.ts';
import { findLastChange } from '../administration/index.ts';
import { changeOffer, createOffer, endOffer, undoEndOffer } from './offers.commands.ts';
import { endForm, parseOfferForm, parseTermsForm, undoForm, type OfferForm } from './rights.forms.ts';
import type { Offer } from './rights.model.ts';
import type { FormState, RightsPage } from './application.page.ts';
import {
  buildEndOfferPage,
  buildNewOfferPage,
  buildOfferConflict,
  buildOfferForm,
  buildOffersTable,
} from './offers.page.ts';
import { offerColumns } from './offers.export.ts';
import { offerSorts, sortOffers } from './offers.order.ts';
import { applicationHeader, type Place } from './rights.place.ts';
import {
  countHolders,
  findOffer,
  findNamedOrganisation,
  listOffersOf,
  listRightsOf,
  listTargetGroups,
} from './rights.queries.ts';
import { loadPage } from './rights.routes.ts';

export function createOfferRoutes(site: Site): Router {
  const router = Router();
  const application = ':applicationId';
  router.get(paths.offers(application), (req, res) => showOffers(site, req, res));
  router.get(paths.offersExport(application), (req, res) => exportOffers(site, req, res));
  router.post(paths.offers(application), (req, res) => create(site, req, res));
  router.get(paths.newOffer(application), (req, res) => showNew(site, req, res));
  router.get(paths.editOffer(application, ':offerId'), (req, res) => showTerms(site, req, res));
  router.post(paths.editOffer(application, ':offerId'), (req, res) => change(site, req, res));
  router.get(paths.endOffer(application, ':offerId'), (req, res) => showEnd(site, req, res));
  router.post(paths.endOffer(application, ':offerId'), (req, res) => end(site, req, res));
  router.post(paths.undoOffer(application, ':offerId'), (req, res) => undo(site, req, res));
  return router;
}

async function showOffers(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, false);
  const query = parseListQuery(req.query, { sorts: offerSorts });
  const offers = sortOffers(await listOffersOf(site.db.reader, place.id), query, res.words);
  const links = listLinks(paths.offers(place.id), query);
  const exported = exportAction(res.words, listLinks(paths.offersExport(place.id), query).link());
  const actions = place.mayChange
    ? [
        exported,
        {
          text: res.words.t('rights.offers.new'),
          href: paths.newOffer(place.id),
          kind: 'primary' as const,
          icon: 'plus',
        },
      ]
    : [exported];
  const header = applicationHeader(res.words, place, 'offers', page.now, actions);
  res.page(
    'rights/list',
    { header, table: buildOffersTable(page, offers, links) },
    { title: `${page.application.name}: ${res.words.t('rights.offers.title')}` },
  );
}

async function exportOffers(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, false);
  const query = parseListQuery(req.query, { sorts: offerSorts });
  const subject = { subjectType: 'application', subjectId: place.id, applicationId: place.id };
  await recordExport(site, req, { action: 'offers.exported', ...subject });
  const offers = sortOffers(await listOffersOf(site.db.reader, place.id), query, res.words);
  const name = `${place.code}-offers-${localDateOf(page.now, page.zone)}`;
  await sendCsv(res, name, offers, offerColumns(res.words));
}

async function newOfferModel(site: Site, req: Request, page: RightsPage, place: Place, state: FormState) {
  const rights = (await listRightsOf(site.db.reader, place.id)).filter(
    ({ period }) => period.until === null || period.until > page.now,
  );
  const targetGroups = await listTargetGroups(site.db.reader);
  const rightId = typeof req.query['right'] === 'string' ? req.query['right'] : undefined;
  return buildNewOfferPage(page, { rights, targetGroups, rightId }, state);
}

async function showNew(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const model = await newOfferModel(site, req, page, place, {});
  res.page('rights/offer', model, { title: model.header.title });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const parsed = parseOfferForm(req.body, page.zone, page.now);
  const again = async (state: FormState, status: number) => {
    const model = await newOfferModel(site, req, page, place, state);
    res.page('rights/offer', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  const receiver = await receiverOf(site, parsed.value);
  if ('fields' in receiver) return again({ typed: parsed.typed, fields: receiver.fields }, 422);
  try {
    const { right: rightId, maxPeriodDays, maxUntil, from, until } = parsed.value;
    await createOffer(site, req.actor, req.origin, {
      rightId,
      ...receiver,
      maxPeriodDays,
      maxUntil,
      from,
      until,
    });
    flashOf(req).set({ text: res.words.t('rights.offers.done') });
    res.redirect(303, paths.offers(place.id));
  } catch (error) {
    const { fields, status } = fieldErrorsOf(error);
    await again({ typed: parsed.typed, fields }, status);
  }
}

type Receiver = { targetGroupId: string } | { organisationId: string } | { fields: FieldErrors };

/** The receiver that was chosen; an organisation is named by its code or name, as there may be thousands. */
async function receiverOf(site: Site, form: OfferForm): Promise<Receiver> {
  if (form.receiverKind === 'group') {
    return form.targetGroup === undefined
      ? { fields: { targetGroup: { code: 'choose' } } }
      : { targetGroupId: form.targetGroup };
  }
  if (form.organisation === undefined) return { fields: { organisation: { code: 'required' } } };
  const found = await findNamedOrganisation(site.db.reader, form.organisation);
  return 'id' in found ? { organisationId: found.id } : { fields: { organisation: { code: found.refused } } };
}

/** @throws offer_not_found also when it belongs to another application */
async function offerOf(site: Site, req: Request, place: Place): Promise<Offer> {
  const { offerId } = req.params;
  const offer = isId(offerId) ? await findOffer(site.db.reader, offerId) : undefined;
  const rights = offer ? await listRightsOf(site.db.reader, place.id) : [];
  if (!offer || !rights.some((right) => right.id === offer.rightId)) throw notFound('offer');
  return offer;
}

async function showTerms(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const model = buildOfferForm(page, await offerOf(site, req, place));
  res.page('rights/offer', model, { title: model.header.title });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const offer = await offerOf(site, req, place);
  const parsed = parseTermsForm(req.body, page.zone);
  const again = (state: FormState, status: number) => {
    const model = buildOfferForm(page, offer, state);
    res.page('rights/offer', model, { title: model.header.title, status });
  };
  if (!parsed.ok) return again(parsed, 422);
  try {
    await changeOffer(site, req.actor, req.origin, { offerId: offer.id, ...parsed.value });
    flashOf(req).set({ text: res.words.t('rights.offers.changed') });
    res.redirect(303, paths.offers(place.id));
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { applicationId: place.id, subjectId: offer.id };
      const lastChange = await findLastChange(site.db.reader, where, page.now);
      const model = buildOfferConflict(page, offer, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    const { fields, status } = fieldErrorsOf(error);
    again({ typed: parsed.typed, fields }, status);
  }
}

async function showEnd(site: Site, req: Request, res: Response, changedMeanwhile = false): Promise<void> {
  const { place, page } = await loadPage(site, req, res, true);
  const offer = await offerOf(site, req, place);
  const receiver = { organisationId: offer.organisation?.id, targetGroupId: offer.targetGroup?.id };
  const holders = await countHolders(site.db.reader, { rightId: offer.rightId, ...receiver }, page.now);
  const model = buildEndOfferPage(page, offer, holders, changedMeanwhile);
  res.page('forms/confirm', model, { title: model.header.title, status: changedMeanwhile ? 409 : 200 });
}

async function end(site: Site, req: Request, res: Response): Promise<void> {
  const { place } = await loadPage(site, req, res, true);
  const offer = await offerOf(site, req, place);
  const parsed = parseForm(endForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    const { undoId } = await endOffer(site, req.actor, req.origin, { offerId: offer.id, ...parsed.value });
    flashOf(req).set({
      text: res.words.t('rights.offers.ended'),
      undo: {
        action: paths.undoOffer(place.id, offer.id),
        label: res.words.t('common.undo'),
        fields: { undo: undoId },
      },
    });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') return showEnd(site, req, res, true);
    throw error;
  }
  res.redirect(303, paths.offers(place.id));
}

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const { place } = await loadPage(site, req, res, true);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  await undoEndOffer(site, req.actor, req.origin, { undoId: parsed.value.undo });
  flashOf(req).set({ text: res.words.t('rights.offers.undone') });
  res.redirect(303, paths.offers(place.id));
}
