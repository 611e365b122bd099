// The pages of the portal behind the sign-in, module by module. Each router guards its own powers.
import type { Router } from 'express';
import type { Site } from './platform/site.ts';
import { createAffiliationRoutes } from './modules/affiliations/index.ts';
import { createAssignmentRoutes } from './modules/assignments/index.ts';
import { createAuditRoutes } from './modules/audit/index.ts';
import {
  createOrganisationRoutes,
  createTargetGroupRoutes,
  createUnitRoutes,
} from './modules/organisations/index.ts';
import { createPeopleRoutes } from './modules/people/index.ts';

/** In the order in which they are asked. */
export function createPortalPages(site: Site): Router[] {
  return [
    createPeopleRoutes(site),
    createAffiliationRoutes(site),
    createOrganisationRoutes(site),
    createUnitRoutes(site),
    createTargetGroupRoutes(site),
    createAssignmentRoutes(site),
    createAuditRoutes(site),
  ];
}
