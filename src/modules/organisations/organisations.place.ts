// Where a page stands: the organisation in its address, and what the actor may do there. For routes.
import type { Request, Response } from 'express';
import type { Reader } from '../../platform/db/types.ts';
import { notFound } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { T } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import '../../web/express.ts';
import { paths } from '../../web/paths.ts';
import { powersOf, type Actor, type Power } from '../administration/index.ts';
import { nameIn } from './organisations.model.ts';
import { getOrganisation, type OrganisationDetails } from './organisations.queries.ts';

export interface Place {
  readonly organisation: OrganisationDetails;
  /** In the language of the page. */
  readonly organisationName: string;
  /** For buttons and links only: commands ask again. */
  readonly powers: ReadonlySet<Power>;
  readonly words: T;
  readonly now: Date;
  readonly zone: string;
}

/** @throws organisation_not_found for an address that cannot exist or lies out of scope */
export async function loadPlace(site: Site, req: Request, res: Response): Promise<Place> {
  const organisationId = idParam(req, 'organisationId', 'organisation');
  const reader = site.db.reader;
  const organisation = await getOrganisation(reader, req.actor, organisationId);
  return {
    organisation,
    organisationName: nameIn(organisation.names, res.words.lang, organisation.name),
    powers: await powersOver(reader, req.actor, organisationId),
    words: res.words,
    now: site.clock.now(),
    zone: site.config.timeZone,
  };
}

/** A segment of the address that names something. @throws <noun>_not_found when it cannot be an identifier */
export function idParam(req: Request, name: string, noun: string): string {
  const value = req.params[name];
  if (!isId(value)) throw notFound(noun);
  return value;
}

async function powersOver(reader: Reader, actor: Actor, organisationId: string): Promise<ReadonlySet<Power>> {
  const above = await reader
    .selectFrom('organisation_tree')
    .select(['ancestor_id', 'depth'])
    .where('organisation_id', '=', organisationId)
    .execute();
  const depthOf = new Map(above.map((row) => [row.ancestor_id, row.depth]));
  const covering = actor.administrations.filter((held) => {
    if (held.organisationId === null) return held.applicationId === null;
    const depth = depthOf.get(held.organisationId);
    return depth !== undefined && (depth === 0 || held.includesSubtree);
  });
  return new Set(covering.flatMap((held) => powersOf[held.kind]));
}

export interface Crumb {
  text: string;
  href?: string;
}

/** The way here, through the organisation. */
export function crumbsOf(place: Place, ...rest: Crumb[]): Crumb[] {
  return [{ text: place.organisationName, href: paths.organisation(place.organisation.id) }, ...rest];
}
