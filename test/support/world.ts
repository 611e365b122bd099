// Builds a small world for a test, straight into the tables: what the test is not about is given a default.
import { createHash } from 'node:crypto';
import { loadActor, type Actor } from '../../src/modules/administration/index.ts';
import type { Origin } from '../../src/platform/change.ts';
import type {
  AdministrationKind,
  AffiliationType,
  ClaimsIn,
  ContextValues,
} from '../../src/platform/db/types.ts';
import { newId } from '../../src/platform/ids.ts';
import { createPasswordHasher } from '../../src/platform/password-hash.ts';
import type { Site } from '../../src/platform/site.ts';

/** Instants or ISO texts; default: from 2026-01-01, without end. */
export interface PeriodOptions {
  from?: Date | string;
  until?: Date | string | null;
}
export interface Ref {
  readonly id: string;
}
export interface TargetGroupRef extends Ref {
  readonly code: string;
}
export interface OrganisationRef extends Ref {
  readonly code: string;
  readonly name: string;
  readonly targetGroupId: string;
}
export interface PersonRef extends Ref {
  readonly userName: string;
  readonly mail: string;
  readonly password: string;
}
export interface AffiliationRef extends Ref {
  readonly personId: string;
  readonly organisationId: string;
}
export interface ApplicationRef extends Ref {
  readonly code: string;
}
export interface ClientRef extends Ref {
  readonly secret: string;
  readonly redirectUri: string;
}
export interface RightRef extends Ref {
  readonly code: string;
  readonly applicationId: string;
}

export interface World {
  targetGroup(options?: { code?: string; identifierScheme?: string }): Promise<TargetGroupRef>;
  organisation(
    options?: PeriodOptions & { code?: string; name?: string; parent?: Ref; targetGroup?: Ref },
  ): Promise<OrganisationRef>;
  unit(
    organisation: Ref,
    options?: PeriodOptions & { code?: string; name?: string; parent?: Ref },
  ): Promise<Ref>;
  person(
    options?: PeriodOptions & {
      userName?: string;
      givenName?: string;
      familyName?: string;
      mail?: string;
      language?: string;
      password?: string | null;
    },
  ): Promise<PersonRef>;
  affiliation(
    person: Ref,
    organisation: Ref,
    options?: PeriodOptions & { type?: AffiliationType; unit?: Ref },
  ): Promise<AffiliationRef>;
  application(
    options?: PeriodOptions & { code?: string; owner?: Ref; roleTemplate?: string; roleClaim?: string },
  ): Promise<ApplicationRef>;
  client(
    application: Ref,
    options?: {
      id?: string;
      secret?: string;
      metadata?: Record<string, unknown>;
      claimsIn?: Partial<ClaimsIn>;
      pkceRequired?: boolean;
    },
  ): Promise<ClientRef>;
  right(
    application: Ref,
    options?: PeriodOptions & { code?: string; contexts?: ContextOptions[] },
  ): Promise<RightRef>;
  offer(
    right: Ref,
    options: PeriodOptions & {
      organisation?: Ref;
      targetGroup?: Ref;
      maxPeriodDays?: number;
      maxUntil?: string;
    },
  ): Promise<Ref>;
  assignment(
    affiliation: AffiliationRef,
    right: Ref,
    options?: PeriodOptions & { context?: ContextValues },
  ): Promise<Ref>;
  administration(
    affiliation: AffiliationRef,
    kind: AdministrationKind,
    options?: PeriodOptions & { organisation?: Ref; application?: Ref; subtree?: boolean; givenBy?: Ref },
  ): Promise<Ref>;
  /** The person as actor of a command, now. */
  actor(person: Ref): Promise<Actor>;
  origin(person: Ref, onBehalfOf?: Ref): Origin;
}

export interface ContextOptions {
  code: string;
  kind?: 'list' | 'text' | 'unit';
  required?: boolean;
  many?: boolean;
  pattern?: string;
  options?: string[];
}

export const testPassword = 'a long walk in the rain';
const start = new Date('2026-01-01T00:00:00.000Z');
const anything = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

const period = (options: PeriodOptions) => ({
  valid_from: new Date(options.from ?? start),
  valid_until: options.until === undefined || options.until === null ? null : new Date(options.until),
});

/** Makes rows with the site's root handle, one statement each. Not for use inside a transaction. */
export function createWorld(site: Site): World {
  const db = site.db.handle;
  const hasher = createPasswordHasher(site.config);
  const numbers = new Map<string, number>();
  const next = (noun: string): string => {
    const number = (numbers.get(noun) ?? 0) + 1;
    numbers.set(noun, number);
    return `${noun}${number}`;
  };
  const hashes = new Map<string, Promise<string>>();
  const hashOnce = (password: string): Promise<string> => {
    const known = hashes.get(password) ?? hasher.hash(password);
    hashes.set(password, known);
    return known;
  };
  let anyTargetGroup: Promise<TargetGroupRef> | undefined;
  let anyOwner: Promise<OrganisationRef> | undefined;

  const world: World = {
    async targetGroup(options = {}) {
      const row = { id: newId(), code: options.code ?? next('group') };
      const names = JSON.stringify({ en: row.code, nl: row.code });
      await db
        .insertInto('target_group')
        .values({ ...row, names, identifier_scheme: options.identifierScheme ?? 'kbo' })
        .execute();
      return row;
    },
    async organisation(options = {}) {
      const id = newId();
      const code = options.code ?? next('org');
      const name = options.name ?? `Organisation ${code}`;
      const targetGroup = options.targetGroup ?? (await (anyTargetGroup ??= world.targetGroup()));
      await db
        .insertInto('organisation')
        .values({
          id,
          code,
          name,
          target_group_id: targetGroup.id,
          parent_id: options.parent?.id ?? null,
          contact_mail: null,
          search_text: anything(`${name} ${code}`),
          ...period(options),
        })
        .execute();
      return { id, code, name, targetGroupId: targetGroup.id };
    },
    async unit(organisation, options = {}) {
      const id = newId();
      const code = options.code ?? next('unit');
      await db
        .insertInto('unit')
        .values({
          id,
          code,
          name: options.name ?? `Unit ${code}`,
          organisation_id: organisation.id,
          parent_id: options.parent?.id ?? null,
          ...period(options),
        })
        .execute();
      return { id };
    },
    async person(options = {}) {
      const id = newId();
      const userName = options.userName ?? next('person');
      const givenName = options.givenName ?? 'Given';
      const familyName = options.familyName ?? `Family ${userName}`;
      const mail = options.mail ?? `${userName}@mail.example`;
      const password = options.password === undefined ? testPassword : options.password;
      await db
        .insertInto('person')
        .values({
          id,
          user_name: userName,
          given_name: givenName,
          family_name: familyName,
          mail,
          mail_verified_at: start,
          language: options.language ?? 'en',
          sort_name: anything(`${familyName} ${givenName}`),
          search_text: anything(`${givenName} ${familyName} ${userName} ${mail}`),
          ...period(options),
        })
        .execute();
      if (password !== null) {
        const hash = await hashOnce(password);
        await db
          .insertInto('password_credential')
          .values({ person_id: id, hash, changed_at: start })
          .execute();
      }
      return { id, userName, mail, password: password ?? '' };
    },
    async affiliation(person, organisation, options = {}) {
      const id = newId();
      await db
        .insertInto('affiliation')
        .values({
          id,
          person_id: person.id,
          organisation_id: organisation.id,
          type: options.type ?? 'employee',
          unit_id: options.unit?.id ?? null,
          function_title: null,
          contact_mail: null,
          cancelled_at: null,
          ...period(options),
        })
        .execute();
      return { id, personId: person.id, organisationId: organisation.id };
    },
    async application(options = {}) {
      const id = newId();
      const code = options.code ?? next('app');
      const owner = options.owner ?? (await (anyOwner ??= world.organisation({ code: 'owner' })));
      await db
        .insertInto('application')
        .values({
          id,
          code,
          names: JSON.stringify({ en: `Application ${code}`, nl: `Toepassing ${code}` }),
          owner_organisation_id: owner.id,
          home_url: null,
          contact_mail: null,
          ...(options.roleTemplate === undefined ? {} : { role_template: options.roleTemplate }),
          ...(options.roleClaim === undefined ? {} : { role_claim: options.roleClaim }),
          ...period(options),
        })
        .execute();
      return { id, code };
    },
    async client(application, options = {}) {
      const id = options.id ?? next('client');
      const secret = options.secret ?? `${id} secret of at least 32 characters`;
      const redirectUri = `https://${anything(id)}.example/callback`;
      const metadata = {
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        ...options.metadata,
      };
      const hash = createHash('sha256').update(secret).digest('hex');
      const secrets = [{ hash, createdAt: start.toISOString(), expiresAt: null }];
      const claimsIn = {
        idToken: true,
        userinfo: true,
        accessToken: true,
        introspection: true,
        ...options.claimsIn,
      };
      await db
        .insertInto('client')
        .values({
          id,
          application_id: application.id,
          name: `Client ${id}`,
          disabled_at: null,
          metadata: JSON.stringify(metadata),
          secrets: JSON.stringify(metadata.token_endpoint_auth_method === 'none' ? [] : secrets),
          claims_in: JSON.stringify(claimsIn),
          pkce_required: options.pkceRequired ?? true,
        })
        .execute();
      return { id, secret, redirectUri: (metadata.redirect_uris as string[])[0] ?? redirectUri };
    },
    async right(application, options = {}) {
      const id = newId();
      const code = options.code ?? next('Right');
      await db
        .insertInto('application_right')
        .values({
          id,
          code,
          application_id: application.id,
          names: JSON.stringify({ en: code }),
          ...period(options),
        })
        .execute();
      for (const [position, context] of (options.contexts ?? []).entries()) {
        await insertContext(id, position, context);
      }
      return { id, code, applicationId: application.id };
    },
    async offer(right, options) {
      const id = newId();
      await db
        .insertInto('offer')
        .values({
          id,
          right_id: right.id,
          cancelled_at: null,
          max_period_days: options.maxPeriodDays ?? null,
          organisation_id: options.organisation?.id ?? null,
          target_group_id: options.targetGroup?.id ?? null,
          max_until: options.maxUntil === undefined ? null : new Date(options.maxUntil),
          ...period(options),
        })
        .execute();
      return { id };
    },
    async assignment(affiliation, right, options = {}) {
      const id = newId();
      await db
        .insertInto('assignment')
        .values({
          id,
          affiliation_id: affiliation.id,
          person_id: affiliation.personId,
          right_id: right.id,
          organisation_id: affiliation.organisationId,
          context: JSON.stringify(options.context ?? {}),
          reason: null,
          granted_by_person_id: null,
          granted_at: start,
          cancelled_at: null,
          ...period(options),
        })
        .execute();
      return { id };
    },
    async administration(affiliation, kind, options = {}) {
      const id = newId();
      await db
        .insertInto('administration')
        .values({
          id,
          affiliation_id: affiliation.id,
          person_id: affiliation.personId,
          kind,
          given_at: start,
          affiliation_organisation_id: affiliation.organisationId,
          organisation_id:
            options.organisation?.id ??
            (kind === 'head' || kind === 'local' ? affiliation.organisationId : null),
          includes_subtree: options.subtree ?? false,
          application_id: options.application?.id ?? null,
          given_by_id: options.givenBy?.id ?? null,
          given_by_person_id: null,
          cancelled_at: null,
          ...period(options),
        })
        .execute();
      return { id };
    },
    actor: (person) => loadActor(site.db.reader, person.id, site.clock.now()),
    origin: (person, onBehalfOf) => ({
      actor: { kind: 'person', personId: person.id, onBehalfOfOrganisationId: onBehalfOf?.id },
      requestId: 'test-request',
    }),
  };

  async function insertContext(rightId: string, position: number, context: ContextOptions): Promise<void> {
    const definitionId = newId();
    await db
      .insertInto('context_definition')
      .values({
        id: definitionId,
        right_id: rightId,
        code: context.code,
        position,
        names: JSON.stringify({ en: context.code }),
        kind: context.kind ?? 'list',
        required: context.required ?? false,
        many: context.many ?? false,
        pattern: context.pattern ?? null,
      })
      .execute();
    for (const [index, code] of (context.options ?? []).entries()) {
      await db
        .insertInto('context_option')
        .values({
          definition_id: definitionId,
          code,
          names: JSON.stringify({ en: code }),
          position: index,
          withdrawn_at: null,
        })
        .execute();
    }
  }

  return world;
}
