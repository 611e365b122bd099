// The audit pages: search, one event, export. Read-only, but for the record that something was exported.
import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import { runCommand } from '../../platform/command.ts';
import { AppError, notFound } from '../../platform/errors.ts';
import { writeCsv } from '../../platform/files/csv.ts';
import { isId } from '../../platform/ids.ts';
import type { Site } from '../../platform/site.ts';
import { dateToInstant, isLocalDate, lastDayToUntil } from '../../web/local-date.ts';
import { requireThat } from '../../web/guard.ts';
import { parseListQuery, type CursorValue } from '../../web/list-query.ts';
import { paths } from '../../web/paths.ts';
import { hasPowerSomewhere } from '../administration/index.ts';
import { searchPatterns } from '../organisations/index.ts';
import { isAuditAction } from './audit.actions.ts';
import { auditColumns } from './audit.export.ts';
import { buildAuditEvent, buildAuditList, buildBadge, outcomes, type AuditListQuery } from './audit.page.ts';
import {
  exportAuditEvents,
  findAuditEvent,
  findFilterNames,
  listAuditEvents,
  readsWholeAudit,
  type AuditFilter,
  type AuditPlace,
} from './audit.queries.ts';
import { findLastVerification } from './audit.verification.ts';

export function createAuditRoutes(site: Site): Router {
  const router = Router();
  const guard = requireThat((req) => hasPowerSomewhere(req.actor, 'audit.view'));
  router.get(paths.audit(), guard, (req, res) => showList(site, req, res));
  router.get(paths.auditExport(), guard, (req, res) => sendExport(site, req, res));
  router.get(paths.auditEvent(':event'), guard, (req, res) => showEvent(site, req, res));
  return router;
}

const id = z.string().refine(isId);
const day = z.string().refine(isLocalDate);

function readQuery(req: Request): AuditListQuery {
  return parseListQuery(req.query, {
    sorts: ['at'],
    defaultDirection: 'desc',
    filters: {
      action: z.string().refine((text) => isAuditAction(text)),
      outcome: z.enum(outcomes),
      person: id,
      organisation: id,
      application: id,
      from: day,
      until: day,
    },
  });
}

function toFilter(site: Site, { filters }: AuditListQuery): AuditFilter {
  const zone = site.config.timeZone;
  return {
    action: filters.action,
    outcome: outcomes.find((outcome) => outcome === filters.outcome),
    personId: filters.person,
    organisationId: filters.organisation,
    applicationId: filters.application,
    from: filters.from === undefined ? undefined : dateToInstant(filters.from, zone),
    until: filters.until === undefined ? undefined : lastDayToUntil(filters.until, zone),
  };
}

const place = z.tuple([z.iso.datetime(), id]);

/** @throws bad_cursor for a place that no list of ours gave */
function toPlace(cursor: readonly CursorValue[] | undefined): AuditPlace | undefined {
  if (cursor === undefined) return undefined;
  const parsed = place.safeParse(cursor);
  if (!parsed.success) throw new AppError('invalid', 'bad_cursor', { cause: parsed.error });
  return { at: parsed.data[0], id: parsed.data[1] };
}

async function showList(site: Site, req: Request, res: Response): Promise<void> {
  const query = readQuery(req);
  const filter = toFilter(site, query);
  const { reader } = site.db;
  const [items, names, last] = await Promise.all([
    listAuditEvents(reader, req.actor, filter, {
      limit: query.size + 1,
      after: toPlace(query.after),
      before: toPlace(query.before),
      dir: query.dir,
      patterns: searchPatterns(query.q),
    }),
    findFilterNames(reader, req.actor, filter),
    findLastVerification(reader),
  ]);
  const badge = buildBadge(res.words, last, readsWholeAudit(req.actor));
  const model = buildAuditList(res.words, { items, query, names, badge });
  res.page('audit/list', model, { title: res.words.t('audit.title') });
}

async function showEvent(site: Site, req: Request, res: Response): Promise<void> {
  const [, lane, seq] = /^(\d{1,4})-(\d{1,15})$/.exec(String(req.params['event'])) ?? [];
  const item =
    lane === undefined
      ? undefined
      : await findAuditEvent(site.db.reader, req.actor, Number(lane), Number(seq));
  if (!item) throw notFound('audit_event');
  const model = buildAuditEvent(res.words, item);
  res.page('audit/event', model, { title: model.header.title });
}

/** The record comes first: who took a copy is known also when the copy broke off. */
async function sendExport(site: Site, req: Request, res: Response): Promise<void> {
  const query = readQuery(req);
  const filter = toFilter(site, query);
  const fact = {
    action: 'audit.exported',
    subjectType: 'audit',
    organisationId: filter.organisationId,
    personId: filter.personId,
    applicationId: filter.applicationId,
  };
  const filters = { ...query.filters, ...(query.q === '' ? {} : { search: query.q }) };
  await runCommand(site, req.origin, fact, async (change) => change.record({ ...fact, after: { filters } }));
  const rows = exportAuditEvents(site.db.reader, req.actor, filter, searchPatterns(query.q), query.dir);
  res.attachment(`audit-${site.clock.now().toISOString().slice(0, 10)}.csv`).type('text/csv');
  // An error halfway breaks the connection, so that half a file never passes for a whole one.
  await pipeline(writeCsv(rows, auditColumns(res.words)), res).catch((error: unknown) => {
    site.logger.warn({ requestId: req.requestId, err: error }, 'an export of the audit broke off');
    res.destroy();
  });
}
