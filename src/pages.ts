// The pages of the portal behind the sign-in, module by module. Each router guards its own powers.
import type { Router } from 'express';
import type { Site } from './platform/site.ts';
import { createAdministrationRoutes } from './modules/administration/index.ts';
import { createAffiliationRoutes } from './modules/affiliations/index.ts';
import { createApplicationRoutes } from './modules/applications/index.ts';
import { createAssignmentRoutes, createMyAccessRoutes } from './modules/assignments/index.ts';
import { createAuditRoutes } from './modules/audit/index.ts';
import {
  createComparisonRoutes,
  createPowerRoutes,
  createQuestionRoutes,
  createRecordListRoutes,
  createRecordRoutes,
  createStructureRoutes,
  createRightsModelRoutes,
  createSampleRoutes,
  createSubjectListRoutes,
  createSubjectRoutes,
  type DecisionPoint,
} from './modules/decisions/index.ts';
import {
  createOrganisationListRoutes,
  createOrganisationRoutes,
  createTargetGroupRoutes,
  createUnitRoutes,
} from './modules/organisations/index.ts';
import { createOverviewRoutes, createPeopleRoutes } from './modules/people/index.ts';
import { validateClientMetadata, type ProviderHandle } from './modules/provider/index.ts';
import { createOfferRoutes, createRightRoutes } from './modules/rights/index.ts';

/** In the order in which they are asked. */
export function createPortalPages(site: Site, provider: ProviderHandle, point: DecisionPoint): Router[] {
  return [
    createOverviewRoutes(site),
    createPeopleRoutes(site),
    createAffiliationRoutes(site),
    createOrganisationListRoutes(site),
    createOrganisationRoutes(site),
    createUnitRoutes(site),
    createTargetGroupRoutes(site),
    createAssignmentRoutes(site),
    createMyAccessRoutes(site),
    createAdministrationRoutes(site),
    createApplicationRoutes(site, {
      validateClientMetadata: (metadata) => validateClientMetadata(provider, metadata),
    }),
    createRightRoutes(site),
    createOfferRoutes(site),
    createRightsModelRoutes(site),
    createComparisonRoutes(site),
    createStructureRoutes(site),
    createQuestionRoutes(point),
    createSampleRoutes(point),
    createPowerRoutes(site),
    createSubjectListRoutes(site),
    createSubjectRoutes(site),
    createRecordListRoutes(site),
    createRecordRoutes(site),
    createAuditRoutes(site),
  ];
}
