// The operator's pages about target groups.
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { AppError, isAppError, notFound } from '../../platform/errors.ts';
import type { Site } from '../../platform/site.ts';
import { sendTable } from '../../web/csv-response.ts';
import { flashOf } from '../../web/flash.ts';
import { parseForm } from '../../web/form.ts';
import type { FormState } from '../../web/form-page.ts';
import { requireThat } from '../../web/guard.ts';
import { paths } from '../../web/paths.ts';
import { fieldErrorsOf } from '../../web/readable-errors.ts';
import { findLastChange, hasPowerSomewhere } from '../administration/index.ts';
import { namesFrom, rulesFrom, targetGroupForm } from './organisations.forms.ts';
import { idParam } from './organisations.place.ts';
import { listTargetGroups } from './organisations.queries.ts';
import { changeTargetGroup, createTargetGroup } from './target-groups.commands.ts';
import {
  buildTargetGroupConflict,
  buildTargetGroupPage,
  buildTargetGroupsPage,
} from './target-groups.forms.ts';

export function createTargetGroupRoutes(site: Site): Router {
  const router = Router();
  const operator: RequestHandler = requireThat((req) => hasPowerSomewhere(req.actor, 'site.operate'));
  const one = ':targetGroupId';
  router.get(paths.targetGroups(), operator, async (_req, res) => {
    const model = buildTargetGroupsPage(res.words, await listTargetGroups(site.db.reader));
    res.page('organisations/target-groups', model, { title: model.header.title });
  });
  router.get(paths.exportTargetGroups(), operator, async (_req, res) => {
    const { header, table } = buildTargetGroupsPage(res.words, await listTargetGroups(site.db.reader));
    await sendTable(res, header.title.toLowerCase(), table);
  });
  router.get(paths.newTargetGroup(), operator, (_req, res) => showNew(res));
  router.post(paths.newTargetGroup(), operator, (req, res) => create(site, req, res));
  router.get(paths.editTargetGroup(one), operator, (req, res) => showEdit(site, req, res));
  router.post(paths.editTargetGroup(one), operator, (req, res) => change(site, req, res));
  return router;
}

type State = FormState & { status?: number };

function showNew(res: Response, state: State = {}): void {
  const model = buildTargetGroupPage(res.words, state);
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function create(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(targetGroupForm, req.body);
  if (!parsed.ok) return showNew(res, { ...parsed, status: 422 });
  const { code, scheme, ...rest } = parsed.value;
  const missing = {
    ...(code ? {} : { code: { code: 'required' } }),
    ...(scheme ? {} : { scheme: { code: 'choose' } }),
    ...(rest.nameNl ? {} : { nameNl: { code: 'required' } }),
  };
  if (!code || !scheme || Object.keys(missing).length > 0) {
    return showNew(res, { typed: parsed.typed, fields: missing, status: 422 });
  }
  try {
    const affiliationRules = rulesFrom(rest);
    const input = { code, identifierScheme: scheme, names: namesFrom(rest), affiliationRules };
    await createTargetGroup(site, req.actor, req.origin, input);
  } catch (error) {
    return showNew(res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  flashOf(req).set({ text: res.words.t('organisations.targetGroups.made') });
  res.redirect(303, paths.targetGroups());
}

async function find(site: Site, req: Request) {
  const id = idParam(req, 'targetGroupId', 'target_group');
  const group = (await listTargetGroups(site.db.reader)).find((one) => one.id === id);
  if (!group) throw notFound('target_group');
  return group;
}

async function showEdit(site: Site, req: Request, res: Response, state: State = {}): Promise<void> {
  const model = buildTargetGroupPage(res.words, state, await find(site, req));
  res.page('forms/form', model, { title: model.header.title, status: state.status ?? 200 });
}

async function change(site: Site, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(targetGroupForm, req.body);
  if (!parsed.ok) return showEdit(site, req, res, { ...parsed, status: 422 });
  const group = await find(site, req);
  const { version, ...rest } = parsed.value;
  if (version === undefined) throw new AppError('invalid', 'bad_request');
  try {
    const input = {
      targetGroupId: group.id,
      version,
      names: namesFrom(rest),
      affiliationRules: rulesFrom(rest),
    };
    await changeTargetGroup(site, req.actor, req.origin, input);
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (error.code === 'stale_edit') {
      const current = await find(site, req);
      const where = { action: 'target_group.changed', subjectId: current.id };
      const lastChange = await findLastChange(site.db.reader, where, site.clock.now());
      const model = buildTargetGroupConflict(res.words, current, parsed.typed, lastChange);
      return res.page('forms/conflict', model, { title: model.header.title, status: 409 });
    }
    return showEdit(site, req, res, { typed: parsed.typed, ...fieldErrorsOf(error) });
  }
  flashOf(req).set({ text: res.words.t('organisations.targetGroups.changed') });
  res.redirect(303, paths.targetGroups());
}
