// What this decision point offers and where, plain and signed. Source: Authorization API 1.0, PDP metadata.
import type { RequestHandler } from 'express';
import type { Site } from '../../platform/site.ts';
import { signStatement } from '../provider/index.ts';

export const authzenPaths = {
  evaluation: '/access/v1/evaluation',
  evaluations: '/access/v1/evaluations',
  searchSubject: '/access/v1/search/subject',
  searchResource: '/access/v1/search/resource',
  searchAction: '/access/v1/search/action',
} as const;

export const metadataPath = '/.well-known/authzen-configuration';

const cacheSeconds = 300;
/** Signed with the provider's ES256 key, which applications know from its JWKS. */
const signedForSeconds = 24 * 3600;

/** Members of the metadata document, without the signature. */
export function metadataOf(issuer: string): Record<string, string | string[]> {
  return {
    policy_decision_point: issuer,
    access_evaluation_endpoint: issuer + authzenPaths.evaluation,
    access_evaluations_endpoint: issuer + authzenPaths.evaluations,
    search_subject_endpoint: issuer + authzenPaths.searchSubject,
    search_resource_endpoint: issuer + authzenPaths.searchResource,
    search_action_endpoint: issuer + authzenPaths.searchAction,
    // Reasons when asked for (`options.reasons`), records brought by the application, and the condition for its own tables.
    capabilities: [
      'urn:mandaat:authzen:reasons',
      'urn:mandaat:authzen:records',
      'urn:mandaat:authzen:condition',
    ],
  };
}

/** Answers GET; the signature is made anew when the one before is five minutes old, so that it follows the keys. */
export function createMetadataHandler(site: Site): RequestHandler {
  let signed: { text: Promise<string>; atMs: number } | undefined;
  return async (_req, res) => {
    const nowMs = site.clock.now().getTime();
    if (!signed || nowMs - signed.atMs > cacheSeconds * 1000 || nowMs < signed.atMs) {
      const fresh = {
        text: signStatement(site, metadataOf(site.config.issuer), signedForSeconds),
        atMs: nowMs,
      };
      signed = fresh;
      fresh.text.catch(() => {
        if (signed === fresh) signed = undefined;
      });
    }
    res.set('Cache-Control', `public, max-age=${cacheSeconds}`);
    res.json({ ...metadataOf(site.config.issuer), signed_metadata: await signed.text });
  };
}
