// The pages about people: list, one person, adding, changing. Behind the sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { enforce } from '../../platform/decision.ts';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { flashOf } from '../../web/flash.ts';
import { parseForm } from '../../web/form.ts';
import type { FormState } from '../../web/form-page.ts';
import { parseListQuery, positionOf } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { findLastChange } from '../administration/index.ts';
import { affiliationTypes, detailsFrom, undoFlash } from '../affiliations/index.ts';
import { idParam, listUnits, loadPlace, type PageRequest, type Place } from '../organisations/index.ts';
import { findRights } from '../rights/index.ts';
import { addPerson } from './people.adding.ts';
import { changePerson, disablePerson, enablePerson, resendInvitation } from './people.commands.ts';
import { recordExport, sendExport } from './people.export.ts';
import { loadPersonFacts } from './people.facts.ts';
import { disableForm, newPersonForm, personForm, versionForm } from './people.forms.ts';
import {
  affiliationStatuses,
  canSortByPeriod,
  countPeople,
  listLimits,
  listPeople,
  peopleSorts,
  type PeopleFilter,
} from './people.list.ts';
import { buildListPage, type PeopleListQuery } from './people.list.page.ts';
import {
  buildDisablePage,
  buildEditConflict,
  buildEditPage,
  buildExistingPage,
  buildNewPage,
  type KnownPerson,
} from './people.page.ts';
import { mayChangePerson } from './people.policy.ts';
import { getPerson } from './people.queries.ts';
import { buildPersonPage } from './person.page.ts';

export function createPeopleRoutes(site: Site): Router {
  const router = Router();
  const place = ':organisationId';
  const person = [place, ':personId'] as const;
  router.get(paths.people(place), (req, res) => showList(site, req, res));
  router.get(paths.exportPeople(place), (req, res) => exportList(site, req, res));
  router.get(paths.newPerson(place), (req, res) => showNew(site, req, res));
  router.post(paths.newPerson(place), (req, res) => add(site, req, res));
  router.get(paths.person(...person), (req, res) => showPerson(site, req, res));
  router.get(paths.editPerson(...person), (req, res) => showEdit(site, req, res));
  router.post(paths.editPerson(...person), (req, res) => change(site, req, res));
  router.post(paths.invitePerson(...person), (req, res) => invite(site, req, res));
  router.get(paths.disablePerson(...person), (req, res) => showDisable(site, req, res));
  router.post(paths.disablePerson(...person), (req, res) => disable(site, req, res));
  router.post(paths.enablePerson(...person), (req, res) => enable(site, req, res));
  return router;
}

const listOptions = {
  sorts: peopleSorts,
  filters: {
    status: z.enum([...affiliationStatuses, 'all']),
    type: z.enum(affiliationTypes),
    unit: z.uuid(),
    subtree: z.literal('yes'),
  },
} satisfies Parameters<typeof parseListQuery>[1];

function filterOf(organisationId: string, query: PeopleListQuery): PeopleFilter {
  const { status = 'current', type, unit, subtree } = query.filters;
  return {
    organisationId,
    subtree: subtree === 'yes',
    unitId: unit,
    type: affiliationTypes.find((one) => one === type),
    status: affiliationStatuses.find((one) => one === status),
    q: query.q,
  };
}

function pageOf(query: PeopleListQuery): PageRequest {
  const type = query.sort === 'name' ? 'text' : 'timestamptz';
  return { size: query.size, after: positionOf(query.after, type), before: positionOf(query.before, type) };
}

/** The order asked for, or by name where the selection is too large for it. */
async function readList(site: Site, req: Request, organisationId: string) {
  const asked = parseListQuery(req.query, listOptions);
  const filter = filterOf(organisationId, asked);
  const sortable = await canSortByPeriod(site.db.reader, req.actor, site.clock.now(), filter);
  const query: PeopleListQuery = sortable ? asked : { ...asked, sort: 'name' };
  return { query, filter, sortable };
}

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site, req, res);
  const { query, filter, sortable } = await readList(site, req, place.organisation.id);
  const { reader } = site.db;
  const found = await listPeople(reader, req.actor, place.now, filter, pageOf(query), listLimits, query);
  const count = await countPeople(reader, req.actor, place.now, filter);
  const units = await listUnits(reader, place.organisation.id, place.now);
  const model = buildListPage({ place, query, found, count, units, sortable });
  res.page('people/list', model, { title: model.header.title });
}

async function exportList(site: Site, req: Request, res: Response): Promise<void> {
  const { organisation } = await loadPlace(site, req, res);
  const { query, filter } = await readList(site, req, organisation.id);
  await recordExport(site, req.actor, req.origin, filter);
  await sendExport(site, req.actor, filter, query, res);
}

async function showNew(
  site: Site,
  req: Request,
  res: Response,
  state: FormState & { status?: number } = {},
): Promise<void> {
  const place = await loadPlace(site, req, res);
  if (!place.powers.has('person.add')) throw new AppError('forbidden', 'not_allowed');
  const units = await listUnits(site.db.reader, place.organisation.id, place.now);
  const model = buildNewPage(place, units, state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function add(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(newPersonForm(site.config.timeZone), req.body);
  if (!parsed.ok) return showNew(site, req, res, { ...parsed, status: 422 });
  const place = await loadPlace(site, req, res);
  const { givenName, familyName, mail, language, scheme, identifier, existing, type } = parsed.value;
  try {
    const added = await addPerson(site, req.actor, req.origin, {
      organisationId: place.organisation.id,
      person: { givenName, familyName, mail, language },
      ...(scheme && identifier ? { identifier: { scheme, text: identifier } } : {}),
      affiliation: { ...detailsFrom(parsed.value), type },
      existingConfirmed: existing,
    });
    const text = place.words.t(added.created ? 'people.new.done' : 'people.existing.done', {
      person: `${givenName} ${familyName}`,
    });
    const where = { organisationId: place.organisation.id, ...added };
    flashOf(req).set({ text, ...undoFlash(place.words, where, 'added', added.undoId) });
    res.redirect(303, paths.person(place.organisation.id, added.personId));
  } catch (error) {
    if (isAppError(error) && error.code === 'person_exists') {
      const model = buildExistingPage(place, error.details as KnownPerson, parsed.typed);
      return res.page('forms/confirm', model, { title: model.header.title, status: 409 });
    }
    await showNew(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
}

async function seenFrom(site: Site, req: Request, res: Response) {
  const place = await loadPlace(site, req, res);
  const personId = idParam(req, 'personId', 'person');
  return { place, person: await getPerson(site.db.reader, req.actor, place.organisation.id, personId) };
}

async function showPerson(site: Site, req: Request, res: Response): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  const rights = await findRights(site.db.reader, [...new Set(person.assignments.map((one) => one.rightId))]);
  const mayEdit = await mayEditPerson(site, req, place, person.id);
  const model = buildPersonPage(place, person, { ownPersonId: req.actor.personId, rights, mayEdit });
  res.page('people/person', model, { title: model.header.title });
}

/** Whether the form would be refused anyway: the command asks again. */
async function mayEditPerson(site: Site, req: Request, place: Place, personId: string): Promise<boolean> {
  if (!place.powers.has('person.change')) return false;
  return mayChangePerson(await factsOf(site, req, place, personId)).allowed;
}

const factsOf = (site: Site, req: Request, place: Place, personId: string) =>
  loadPersonFacts({ trx: site.db.reader, at: place.now }, req.actor, personId);

async function showEdit(
  site: Site,
  req: Request,
  res: Response,
  state: FormState & { status?: number } = {},
): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  if (!place.powers.has('person.change')) throw new AppError('forbidden', 'not_allowed');
  enforce(mayChangePerson(await factsOf(site, req, place, person.id)));
  const model = buildEditPage(place, person, state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(personForm, req.body);
  if (!parsed.ok) return showEdit(site, req, res, { ...parsed, status: 422 });
  const { place, person } = await seenFrom(site, req, res);
  try {
    await changePerson(site, req.actor, req.origin, { ...parsed.value, personId: person.id });
  } catch (error) {
    if (isAppError(error) && error.code === 'stale_edit') {
      const where = { personId: person.id, subjectId: person.id };
      const lastChange = await findLastChange(site.db.reader, where, place.now);
      const model = buildEditConflict(place, person, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    return showEdit(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  goBack(req, res, place, person.id, 'people.edit.done');
}

async function invite(site: Site, req: Request, res: Response): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  await resendInvitation(site, req.actor, req.origin, { personId: person.id });
  goBack(req, res, place, person.id, 'people.invitation.sent');
}

async function showDisable(
  site: Site,
  req: Request,
  res: Response,
  again?: 'last_administrator' | 'stale_edit',
): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  if (!place.powers.has('person.disable')) throw notFound('page');
  const model = buildDisablePage(place, person, again);
  res.page('forms/confirm', model, { title: model.header.title, status: again ? 409 : 200 });
}

async function disable(site: Site, req: Request, res: Response): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  const parsed = parseForm(disableForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  try {
    await disablePerson(site, req.actor, req.origin, { personId: person.id, ...parsed.value });
  } catch (error) {
    if (isAppError(error) && (error.code === 'last_administrator' || error.code === 'stale_edit'))
      return showDisable(site, req, res, error.code);
    throw error;
  }
  goBack(req, res, place, person.id, 'people.disable.done');
}

async function enable(site: Site, req: Request, res: Response): Promise<void> {
  const { place, person } = await seenFrom(site, req, res);
  const parsed = parseForm(versionForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  await enablePerson(site, req.actor, req.origin, { personId: person.id, ...parsed.value });
  goBack(req, res, place, person.id, 'people.enable.done');
}

function goBack(req: Request, res: Response, place: Place, personId: string, done: string): void {
  flashOf(req).set({ text: place.words.t(done) });
  res.redirect(303, paths.person(place.organisation.id, personId));
}
