// What a token says about its subject. Pure: the same words in ID token, UserInfo, access token and introspection.
import type { ContextValues } from '../../platform/db/types.ts';
import type { ClientApplication } from './provider.clients.ts';
import type { ClaimsPointer } from './provider.pointer.ts';
import type { Subject, SubjectRight } from './provider.subject.ts';

/** Claims about rights: what the person may do in this application for the organisation they act for. */
export interface RightsClaims {
  readonly organisation: { readonly code: string; readonly name: string; readonly target_group: string };
  readonly entitlements: readonly { right: string; context: ContextValues; until: string | null }[];
  /** The application's own role claim; always an array. */
  readonly [roleClaim: string]: unknown;
}

/** Standard claims of the scopes profile and email. Source: OpenID Connect Core 5.1, 5.4. */
export function personClaims(subject: Subject): Record<string, unknown> {
  return {
    name: `${subject.givenName} ${subject.familyName}`,
    given_name: subject.givenName,
    family_name: subject.familyName,
    preferred_username: subject.userName,
    locale: subject.language,
    email: subject.mail,
    email_verified: subject.mailVerified,
  };
}

/** Undefined when the subject acts for nobody: the application then defines no rights. */
export function rightsClaims(subject: Subject, application: ClientApplication): RightsClaims | undefined {
  const { actingFor } = subject;
  if (actingFor === null) return undefined;
  const roles = subject.rights.flatMap((right) => rolesOf(right, application.roleTemplate, actingFor.code));
  return {
    organisation: { code: actingFor.code, name: actingFor.name, target_group: actingFor.targetGroupCode },
    [application.roleClaim]: [...new Set(roles)],
    entitlements: subject.rights.map(({ right, context, until }) => ({
      right,
      context,
      until: until?.toISOString() ?? null,
    })),
  };
}

/**
 * The role values of one right by the application's template: one per context value when the template asks for it.
 * A right without context values leaves `{context}` out together with the separator before it.
 */
export function rolesOf(right: SubjectRight, template: string, organisationCode: string): string[] {
  const fill = (text: string, context: string): string =>
    text
      .replaceAll('{right}', () => right.right)
      .replaceAll('{context}', () => context)
      .replaceAll('{organisation}', () => organisationCode);
  if (!template.includes('{context}')) return [fill(template, '')];
  const values = Object.keys(right.context)
    .sort()
    .flatMap((code) => right.context[code] ?? []);
  if (values.length === 0) return [fill(template.replace(/[^{}\w]?\{context\}/, ''), '')];
  return values.map((value) => fill(template, value));
}

/** Whether rights are too large to stand in a token. */
export function exceedsLimit(claims: RightsClaims, roleClaim: string, limitBytes: number): boolean {
  const { [roleClaim]: roles, entitlements } = claims;
  return Buffer.byteLength(JSON.stringify({ roles, entitlements })) > limitBytes;
}

/** Instead of rights that are too large: where to ask for them. Source: OpenID Connect Core 5.6.2 (distributed claims). */
export function pointedClaims(
  claims: RightsClaims,
  roleClaim: string,
  userinfo: ClaimsPointer,
): Record<string, unknown> {
  const { [roleClaim]: _roles, entitlements: _entitlements, ...rest } = claims;
  return {
    ...rest,
    _claim_names: { [roleClaim]: 'userinfo', entitlements: 'userinfo' },
    _claim_sources: { userinfo },
  };
}
