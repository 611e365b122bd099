// Who makes a request of the portal: looked up anew each time, so that a power taken away a second ago is gone.
import express, { type RequestHandler } from 'express';
import { isId } from '../../platform/ids.ts';
import { isLanguage } from '../../platform/i18n.ts';
import type { Site } from '../../platform/site.ts';
import { csrf } from '../../web/csrf.ts';
import { askToSignIn, requireThat } from '../../web/guard.ts';
import { portalSession } from '../../web/session.ts';
import { hasPowerSomewhere, loadActor, type Power } from '../administration/index.ts';
import { navigationFor } from './portal.navigation.ts';
import './portal.request.ts';

interface PersonRow {
  given_name: string;
  family_name: string;
  language: string;
}

const findPerson = `select given_name, family_name, language from person
  where id = $1::uuid and valid_at @> $2::timestamptz`;

/** The session and body of every page behind the sign-in, and the token that protects its forms. */
export function portalEdge(site: Site): RequestHandler[] {
  return [
    portalSession(site),
    express.urlencoded({ extended: false, limit: '64kb' }),
    requireActor(site),
    csrf(),
  ];
}

/** Sets `req.actor`, `req.origin`, the person's language and the navigation, or asks to sign in. */
export function requireActor(site: Site): RequestHandler {
  return async (req, res, next) => {
    const personId = req.session.personId;
    if (personId === undefined) return askToSignIn(req, res);
    const at = site.clock.now();
    const [person] = await site.db.query<PersonRow>(findPerson, [personId, at]);
    if (!person) {
      // The person ended in the meantime: the session is worth nothing any more.
      await new Promise((resolve) => req.session.destroy(resolve));
      return askToSignIn(req, res);
    }
    if (isLanguage(person.language)) req.actorLanguage = person.language;
    req.actorName = `${person.given_name} ${person.family_name}`;
    req.actor = await loadActor(site.db.reader, personId, at);
    req.origin = {
      actor: { kind: 'person', personId, onBehalfOfOrganisationId: organisationInPath(req.path) },
      requestId: req.requestId,
    };
    Object.assign(res.locals, { navigation: await navigationFor(site, req, res) });
    next();
  };
}

/** Lets through whoever holds the power anywhere; what it reaches is for scope and policy to say. */
export function requirePower(power: Power): RequestHandler {
  return requireThat((req) => hasPowerSomewhere(req.actor, power));
}

export function organisationInPath(path: string): string | undefined {
  const id = /^\/organisations\/([^/]+)/.exec(path)?.[1];
  return isId(id) ? id : undefined;
}
