// What the identity provider told about the person, checked and put in this application's own words.
// Claims of UserInfo and of the ID token have the same shape.

export type Entitlement = {
  right: string;
  /** Values per context, such as { "module": ["mandates"] }. */
  context: Record<string, string[]>;
  /** Milliseconds since 1970; undefined: no end. */
  until: number | undefined;
};

export type Claims = {
  /** The one stable identifier of the person; never the mail address. */
  subject: string;
  /** Session at the provider: a later logout names it. */
  providerSession: string | undefined;
  name: string;
  email: string | undefined;
  /** For whom the person acts; only this organisation's rights are told. */
  organisation: { code: string; name: string; targetGroup: string | undefined } | undefined;
  roles: string[];
  entitlements: Entitlement[];
};

/** @param told the claims as received. @throws Error without a subject; anything else that is missing stays empty. */
export function readClaims(told: Record<string, unknown>, roleClaim: string): Claims {
  if (typeof told['sub'] !== 'string') throw new Error('the claims name no subject');
  return {
    subject: told['sub'],
    providerSession: text(told['sid']),
    name: text(told['name']) ?? text(told['preferred_username']) ?? told['sub'],
    email: text(told['email']),
    organisation: readOrganisation(told['organisation']),
    roles: textList(told[roleClaim]),
    entitlements: list(told['entitlements']).map(readEntitlement),
  };
}

/** Too many rights for a token: it then holds a pointer to UserInfo (OpenID Connect Core 5.6.2). */
export function needsUserInfo(told: Record<string, unknown>): boolean {
  return typeof told['_claim_names'] === 'object' && told['_claim_names'] !== null;
}

function readOrganisation(value: unknown): Claims['organisation'] {
  if (!isRecord(value)) return undefined;
  const code = text(value['code']);
  if (code === undefined) return undefined;
  return { code, name: text(value['name']) ?? code, targetGroup: text(value['target_group']) };
}

function readEntitlement(value: unknown): Entitlement {
  const entitlement = isRecord(value) ? value : {};
  const context = isRecord(entitlement['context']) ? entitlement['context'] : {};
  return {
    right: text(entitlement['right']) ?? '',
    context: Object.fromEntries(Object.entries(context).map(([code, values]) => [code, textList(values)])),
    until: readInstant(entitlement['until']),
  };
}

function readInstant(value: unknown): number | undefined {
  const instant = typeof value === 'number' ? value * 1000 : Date.parse(text(value) ?? '');
  return Number.isNaN(instant) ? undefined : instant;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function textList(value: unknown): string[] {
  return list(value).filter((item): item is string => typeof item === 'string');
}
