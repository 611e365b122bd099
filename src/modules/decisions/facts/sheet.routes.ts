// The pages of one subject: what an application decides by, and the forms that change what is set by hand. Behind the
// sign-in; the commands decide who may.
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { AppError, notFound } from '../../../platform/errors.ts';
import type { Site } from '../../../platform/site.ts';
import { flashOf } from '../../../web/flash.ts';
import { formField, parseForm } from '../../../web/form.ts';
import { paths } from '../../../web/paths.ts';
import { loadPlace } from '../../rights/index.ts';
import type { FactField } from '../forms/index.ts';
import {
  buildAttributePage,
  buildGroupPage,
  buildMemberPage,
  buildPeriodPage,
  buildRemovePage,
} from './entry.page.ts';
import { removeSubject, undoFacts } from './facts.commands.ts';
import { entryKey } from './facts.edits.ts';
import { parseAttributeForm, parseGroupForm, parseMemberForm, parsePeriodForm } from './facts.forms.ts';
import { findRecordChoices } from './facts.queries.ts';
import { itemText } from './facts.words.ts';
import type { SheetPage } from './sheet.header.ts';
import { buildSheetPage } from './sheet.page.ts';
import { commit, formOrEdit, pageOf, saidDone, versionIn, type Build } from './sheet.steps.ts';

export function createSubjectRoutes(site: Site): Router {
  const router = Router();
  const at = [':applicationId', ':type', ':id'] as const;
  router.get(paths.decisionSubject(...at), (req, res) => showSheet(site, req, res));
  router.get(paths.newSubjectGroup(...at), (req, res) => groupForm(site, req, res));
  router.post(paths.newSubjectGroup(...at), (req, res) => groupForm(site, req, res));
  router.get(paths.newSubjectMember(...at, ':list'), (req, res) => memberForm(site, req, res));
  router.post(paths.newSubjectMember(...at, ':list'), (req, res) => memberForm(site, req, res));
  router.get(paths.subjectEntry(...at, ':entry'), (req, res) => periodForm(site, req, res));
  router.post(paths.subjectEntry(...at, ':entry'), (req, res) => periodForm(site, req, res));
  router.post(paths.endSubjectEntry(...at, ':entry'), (req, res) => endEntry(site, req, res));
  router.get(paths.subjectAttribute(...at, ':name'), (req, res) => attributeForm(site, req, res));
  router.post(paths.subjectAttribute(...at, ':name'), (req, res) => attributeForm(site, req, res));
  router.post(paths.clearSubjectAttribute(...at, ':name'), (req, res) => clearAttribute(site, req, res));
  router.get(paths.removeDecisionSubject(...at), (req, res) => showRemove(site, req, res));
  router.post(paths.removeDecisionSubject(...at), (req, res) => remove(site, req, res));
  router.post(paths.undoDecisionSubject(...at), (req, res) => undo(site, req, res));
  return router;
}

async function showSheet(site: Site, req: Request, res: Response): Promise<void> {
  const model = buildSheetPage(await pageOf(site, req, res, false));
  res.page('decisions/subject', model, { title: model.header.title });
}

async function groupForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const zone = site.config.timeZone;
  const build: Build = (shown, state) => buildGroupPage(shown, zone, state);
  const parsed = req.method === 'POST' ? parseGroupForm(req.body, zone, page.now) : undefined;
  await formOrEdit(site, req, res, page, build, parsed, ({ group, period }) => ({
    kind: 'add_group',
    group,
    period,
  }));
}

async function memberForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const zone = site.config.timeZone;
  const list = page.declared.lists.find(({ name }) => name === req.params['list']);
  if (!list) throw notFound('decision_fact');
  const records = await recordChoices(site, page, list.fields);
  const build: Build = (shown, state) => buildMemberPage(shown, zone, list, records, state);
  const parsed = req.method === 'POST' ? parseMemberForm(list.fields, req.body, zone, page.now) : undefined;
  await formOrEdit(site, req, res, page, build, parsed, ({ item, period }) => ({
    kind: 'add_member',
    list: list.name,
    item,
    period,
  }));
}

async function recordChoices(site: Site, { place }: SheetPage, fields: readonly FactField[]) {
  const types = [...new Set(fields.flatMap(({ recordType }) => recordType ?? []))];
  const found = await Promise.all(
    types.map(async (type) => [type, await findRecordChoices(site.db, place.id, type)] as const),
  );
  return new Map(found.flatMap(([type, codes]) => (codes ? [[type, codes] as const] : [])));
}

/** A group or member that is set by hand. @throws decision_fact_not_found also once somebody else changed it */
function entryOf({ words, forms, sheet }: SheetPage, key: unknown) {
  const all = [...sheet.byHand.groups, ...sheet.byHand.lists];
  const entry = all.find((one) => entryKey(one) === key);
  if (!entry) throw notFound('decision_fact');
  const group = forms.groups.find(({ id }) => id === entry.name)?.name ?? entry.name;
  const member = sheet.byHand.lists.find((one) => one === entry);
  const text = member ? itemText(words, member.item) : group;
  return { from: entry.from, until: entry.until, key: entryKey(entry), text };
}

async function periodForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const zone = site.config.timeZone;
  const entry = entryOf(page, req.params['entry']);
  const { key } = entry;
  const build: Build = (shown, state) => buildPeriodPage(shown, zone, entryOf(shown, key), state);
  const parsed = req.method === 'POST' ? parsePeriodForm(req.body, zone, page.now, entry) : undefined;
  await formOrEdit(site, req, res, page, build, parsed, ({ period }) => ({
    kind: 'set_period',
    entry: key,
    period,
  }));
}

async function endEntry(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const { key } = entryOf(page, req.params['entry']);
  await commit(site, req, res, page, versionIn(req), { kind: 'end', entry: key });
}

async function attributeForm(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const field = page.declared.attributes.find(({ name }) => name === req.params['name']);
  if (!field) throw notFound('decision_fact');
  const records = await recordChoices(site, page, [field]);
  const build: Build = (shown, state) => buildAttributePage(shown, field, records, state);
  const parsed = req.method === 'POST' ? parseAttributeForm(field, req.body) : undefined;
  await formOrEdit(site, req, res, page, build, parsed, ({ value }) => ({
    kind: 'set_attribute',
    name: field.name,
    value,
  }));
}

async function clearAttribute(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  await commit(site, req, res, page, versionIn(req), {
    kind: 'clear_attribute',
    name: String(req.params['name']),
  });
}

async function showRemove(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  if (!page.sheet.isSet) throw notFound('decision_subject');
  const model = buildRemovePage(page);
  res.page('forms/confirm', model, { title: model.header.title });
}

async function remove(site: Site, req: Request, res: Response): Promise<void> {
  const page = await pageOf(site, req, res, true);
  const subject = {
    applicationId: page.place.id,
    type: page.sheet.type,
    id: page.sheet.id,
    version: versionIn(req),
  };
  const { undoId } = await removeSubject(site, req.actor, req.origin, subject);
  // Whoever was known by hand alone has no page any more.
  saidDone(req, res, page, undoId, paths.decisionSubjects(page.place.id));
}

const undoForm = z.object({ undo: formField.id() });

async function undo(site: Site, req: Request, res: Response): Promise<void> {
  const place = await loadPlace(site.db.reader, req.actor, req.params['applicationId']);
  const parsed = parseForm(undoForm, req.body);
  if (!parsed.ok) throw new AppError('invalid', 'bad_request');
  const subject = { applicationId: place.id, type: String(req.params['type']), id: String(req.params['id']) };
  await undoFacts(site, req.actor, req.origin, subject, parsed.value.undo);
  flashOf(req).set({ text: res.words.t('decisions.facts.undone') });
  res.redirect(303, paths.decisionSubject(place.id, subject.type, subject.id));
}
