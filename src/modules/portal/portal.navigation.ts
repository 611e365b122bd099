// The menu: what the actor can do, and for which organisation. Shows nothing that would be refused.
import type { Request, Response } from 'express';
import type { Site } from '../../platform/site.ts';
import type { Names } from '../../platform/db/types.ts';
import { paths } from '../../web/paths.ts';
import type { Navigation } from '../../web/render.ts';
import { nameIn } from '../organisations/index.ts';
import { hasPowerSomewhere, type Actor, type Power } from '../administration/index.ts';

interface Entry {
  readonly key: string;
  readonly icon?: string;
  href(organisationId: string | undefined): string | undefined;
  /** Absent: for everybody. */
  readonly power?: Power;
}

const ofOrganisation = (path: (id: string) => string) => (id: string | undefined) =>
  id ? path(id) : undefined;

/** In order; an entry without an address for now is left out. */
const entries: readonly Entry[] = [
  { key: 'overview', href: () => paths.home(), power: 'organisation.view' },
  { key: 'people', href: ofOrganisation(paths.people), power: 'person.view' },
  {
    key: 'organisation',
    icon: 'organisations',
    href: ofOrganisation(paths.organisation),
    power: 'organisation.view',
  },
  { key: 'organisations', href: () => paths.organisations(), power: 'organisation.create' },
  { key: 'applications', href: () => paths.applications(), power: 'application.view' },
  { key: 'operators', icon: 'administrators', href: () => paths.siteAdministrators(), power: 'site.operate' },
  { key: 'audit', href: () => paths.audit(), power: 'audit.view' },
  { key: 'myAccess', icon: 'access', href: () => paths.myAccess() },
  { key: 'mySessions', icon: 'sessions', href: () => paths.mySessions() },
  { key: 'myAccount', icon: 'person', href: () => paths.myAccount() },
];

/** More than this many would be no help in the switcher: it then leads to the list of all. */
const maxSwitcher = 25;

export async function navigationFor(site: Site, req: Request, res: Response): Promise<Navigation> {
  const { actor } = req;
  const { t } = res.words;
  const organisations = await listAdministered(site, actor);
  const inPath = /^\/organisations\/([0-9a-f-]{36})(?:\/|$)/.exec(req.path)?.[1];
  const current = inPath ?? organisations[0]?.id;
  const items = entries
    .filter(({ power }) => power === undefined || hasPowerSomewhere(actor, power))
    .flatMap(({ key, icon, href }) => {
      const address = href(current);
      return address === undefined
        ? []
        : [{ key, icon: icon ?? key, href: address, label: t(`portal.navigation.${key}`) }];
    });
  const here = longestPrefix(
    items.map(({ href }) => href),
    req.path,
  );
  return {
    items: items.map((item) => ({ ...item, current: item.href === here })),
    organisations: [
      ...organisations.slice(0, maxSwitcher).map(({ id, name, names }) => ({
        id,
        name: nameIn(names, res.words.lang, name),
        href: paths.people(id),
        current: id === current,
      })),
      ...(organisations.length > maxSwitcher ? [listOfAll(t)] : []),
    ],
    person: { name: req.actorName, roleLabel: t(`portal.roles.${highestKind(actor)}`) },
  };
}

const listOfAll = (t: (key: string) => string) => ({
  id: '',
  name: t('people.overview.allOrganisations'),
  href: paths.organisations(),
  current: false,
});

function longestPrefix(addresses: readonly string[], path: string): string | undefined {
  return addresses
    .filter((address) => path === address || (address !== '/' && path.startsWith(`${address}/`)))
    .sort((a, b) => b.length - a.length)[0];
}

const kinds = ['operator', 'head', 'local', 'application_owner', 'auditor'] as const;

function highestKind(actor: Actor): string {
  return kinds.find((kind) => actor.administrations.some((held) => held.kind === kind)) ?? 'user';
}

/** The organisations somebody administers by name, not those below them; one more than the switcher shows. */
async function listAdministered(
  site: Site,
  actor: Actor,
): Promise<{ id: string; name: string; names: Names }[]> {
  const ids = actor.administrations.flatMap(({ organisationId }) => organisationId ?? []);
  if (ids.length === 0) return [];
  return site.db.query(
    'select id, name, names from organisation where id = any($1::uuid[]) order by name, id limit $2::int',
    [[...new Set(ids)], maxSwitcher + 1],
  );
}
