// The pages of the portal behind the sign-in, module by module. Each router guards its own powers.
import type { Router } from 'express';
import type { Site } from './platform/site.ts';
import type { AppParts } from './app.ts';
import { createAuditRoutes } from './modules/audit/index.ts';

/** In the order in which they are asked. */
export function createPortalPages(site: Site, _parts: AppParts): Router[] {
  return [createAuditRoutes(site)];
}
