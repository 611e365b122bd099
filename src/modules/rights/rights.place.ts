// The application that a page is about: its name, what the actor may do with it, and the tabs of its pages.
import { sql } from 'kysely';
import type { Names, Reader } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { T } from '../../platform/i18n.ts';
import type { Period } from '../../platform/period.ts';
import { applicationTabs, type ApplicationTab } from '../../web/application-tabs.ts';
import { paths } from '../../web/paths.ts';
import { periodTag, type PageHeader } from '../../web/view-models.ts';
import { administrationsWith, applicationInScope, type Actor } from '../administration/index.ts';
import { nameIn } from './rights.model.ts';

export interface Place {
  readonly id: string;
  readonly code: string;
  readonly names: Names;
  readonly period: Period;
  /** Whether the actor owns it, or operates the site. */
  readonly mayChange: boolean;
}

/** @throws application_not_found also when it is out of the actor's scope */
export async function loadPlace(reader: Reader, actor: Actor, applicationId: unknown): Promise<Place> {
  const row = isId(applicationId)
    ? await reader
        .selectFrom('application')
        .select(['id', 'code', 'names', 'valid_from', 'valid_until'])
        .where('id', '=', applicationId)
        .where(applicationInScope(actor, 'application.view', sql.ref('id')))
        .executeTakeFirst()
    : undefined;
  if (!row) throw notFound('application');
  const changing = administrationsWith(actor, 'application.change');
  return {
    id: row.id,
    code: row.code,
    names: row.names,
    period: { from: row.valid_from, until: row.valid_until },
    mayChange: changing.some((held) => held.applicationId === row.id || held.kind === 'operator'),
  };
}

/** The top of the pages of an application. */
export function applicationHeader(
  words: T,
  place: Place,
  current: ApplicationTab,
  now: Date,
  actions: PageHeader['actions'] = [],
): PageHeader {
  const name = nameIn(place.names, words.lang, place.code);
  const { from, until } = place.period;
  return {
    title: name,
    actions,
    tags: [periodTag(words, from, until, now)],
    breadcrumbs: [{ text: words.t('rights.applications'), href: paths.applications() }, { text: name }],
    tabs: applicationTabs(words, place.id, name, current),
  };
}
