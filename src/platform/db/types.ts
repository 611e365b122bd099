// The shape of every table, as Kysely sees it. Mirrors migrations/*.sql by hand; test/contract compares them.
import type { ColumnType, Generated, GeneratedAlways, Kysely, Transaction } from 'kysely';
import type { ReadonlyKysely } from 'kysely/readonly';

/** Names by language code: `{ nl: …, en: … }`. */
export type Names = Partial<Record<'en' | 'nl' | 'fr' | 'de', string>>;
/** Chosen context values by definition code; values sorted, definitions without values absent. */
export type ContextValues = Record<string, string[]>;
type Json<T> = ColumnType<T, string, string>;
type JsonDefault<T> = ColumnType<T, string | undefined, string>;
type Instant = Date;
type Version = Generated<number>;
/** A range column kept by the database; read it with SQL operators only. */
type Range = GeneratedAlways<string>;

interface Period {
  valid_from: Instant;
  valid_until: Instant | null;
  valid_at: Range;
}

export interface TargetGroupTable {
  id: string;
  code: string;
  names: Json<Names>;
  identifier_scheme: string;
  affiliation_rules: JsonDefault<AffiliationRules>;
  version: Version;
}
export type AffiliationType = 'employee' | 'external' | 'occasional';
export interface AffiliationRule {
  mandatory?: ('unit' | 'function' | 'contactMail' | 'until')[];
  maxPeriodDays?: number;
}
export type AffiliationRules = Partial<Record<AffiliationType, AffiliationRule>>;

export interface OrganisationTable extends Period {
  id: string;
  code: string;
  name: string;
  names: JsonDefault<Names>;
  target_group_id: string;
  parent_id: string | null;
  contact_mail: string | null;
  attributes: JsonDefault<Record<string, string | number>>;
  search_text: string;
  version: Version;
}
export interface OrganisationIdentifierTable {
  organisation_id: string;
  scheme: string;
  value: string;
}
export interface OrganisationTreeTable {
  ancestor_id: string;
  organisation_id: string;
  depth: number;
}
export interface UnitTable extends Period {
  id: string;
  organisation_id: string;
  parent_id: string | null;
  code: string;
  name: string;
  version: Version;
}
export interface PersonTable extends Period {
  id: string;
  user_name: string;
  given_name: string;
  family_name: string;
  mail: string;
  mail_verified_at: Instant | null;
  language: Generated<string>;
  sort_name: string;
  search_text: string;
  version: Version;
}
export interface PersonIdentifierTable {
  person_id: string;
  scheme: string;
  lookup: Uint8Array;
  sealed: string;
}
export interface AffiliationTable extends Period {
  id: string;
  person_id: string;
  organisation_id: string;
  type: AffiliationType;
  unit_id: string | null;
  function_title: string | null;
  contact_mail: string | null;
  cancelled_at: Instant | null;
  unit_key: GeneratedAlways<string>;
  person_sort_name: GeneratedAlways<string>;
  version: Version;
}
export interface PasswordCredentialTable {
  person_id: string;
  hash: string;
  changed_at: Instant;
}
export interface OneTimeLinkTable {
  id: string;
  person_id: string;
  purpose: 'invitation' | 'password_reset';
  token_hash: Uint8Array;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
}
export interface PortalSessionTable {
  id_hash: Uint8Array;
  person_id: string | null;
  provider_sid: string | null;
  data: Json<unknown>;
  created_at: Instant;
  last_seen_at: Instant;
  expires_at: Instant;
}
export interface ApplicationTable extends Period {
  id: string;
  code: string;
  names: Json<Names>;
  descriptions: JsonDefault<Names>;
  owner_organisation_id: string;
  home_url: string | null;
  contact_mail: string | null;
  role_template: Generated<string>;
  role_claim: Generated<string>;
  version: Version;
}
export interface ClientSecret {
  hash: string;
  createdAt: string;
  expiresAt: string | null;
}
export interface ClaimsIn {
  idToken: boolean;
  userinfo: boolean;
  accessToken: boolean;
  introspection: boolean;
}
export interface ClientTable {
  id: string;
  application_id: string;
  name: string;
  metadata: Json<Record<string, unknown>>;
  secrets: JsonDefault<ClientSecret[]>;
  claims_in: JsonDefault<ClaimsIn>;
  pkce_required: Generated<boolean>;
  disabled_at: Instant | null;
  decision_powers: Generated<DecisionPower[]>;
  version: Version;
}
export interface ApplicationRightTable extends Period {
  id: string;
  application_id: string;
  code: string;
  names: Json<Names>;
  descriptions: JsonDefault<Names>;
  position: Generated<number>;
  version: Version;
}
export interface ContextDefinitionTable {
  id: string;
  right_id: string;
  code: string;
  names: Json<Names>;
  kind: 'list' | 'text' | 'unit';
  required: Generated<boolean>;
  many: Generated<boolean>;
  pattern: string | null;
  position: Generated<number>;
}
export interface ContextOptionTable {
  definition_id: string;
  code: string;
  names: Json<Names>;
  position: Generated<number>;
  withdrawn_at: Instant | null;
}
export interface OfferTable extends Period {
  id: string;
  right_id: string;
  target_group_id: string | null;
  organisation_id: string | null;
  max_period_days: number | null;
  max_until: Instant | null;
  cancelled_at: Instant | null;
  receiver_key: GeneratedAlways<string>;
  version: Version;
}
export type AdministrationKind = 'operator' | 'auditor' | 'application_owner' | 'head' | 'local';
export interface AdministrationTable extends Period {
  id: string;
  affiliation_id: string;
  person_id: string;
  affiliation_organisation_id: string;
  kind: AdministrationKind;
  organisation_id: string | null;
  includes_subtree: Generated<boolean>;
  application_id: string | null;
  given_by_id: string | null;
  given_by_person_id: string | null;
  given_at: Instant;
  cancelled_at: Instant | null;
  scope_key: GeneratedAlways<string>;
  version: Version;
}
export interface AssignmentTable extends Period {
  id: string;
  affiliation_id: string;
  person_id: string;
  organisation_id: string;
  right_id: string;
  context: JsonDefault<ContextValues>;
  context_key: GeneratedAlways<string>;
  reason: string | null;
  granted_by_person_id: string | null;
  granted_at: Instant;
  cancelled_at: Instant | null;
  version: Version;
}
export interface UndoEntryTable {
  id: string;
  person_id: string;
  kind: string;
  payload: Json<unknown>;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
}
export interface AuditLaneTable {
  lane: number;
  seq: Generated<number>;
  hash: Generated<Uint8Array>;
}
export interface AuditEventTable {
  lane: number;
  seq: number;
  id: string;
  at: Instant;
  action: string;
  outcome: 'done' | 'refused' | 'failed';
  actor_kind: 'person' | 'system' | 'client' | 'anonymous';
  actor_person_id: string | null;
  on_behalf_of_organisation_id: string | null;
  organisation_id: string | null;
  person_id: string | null;
  application_id: string | null;
  subject_type: string;
  subject_id: string | null;
  reason: string | null;
  request_id: string | null;
  before: ColumnType<unknown, string | null, never>;
  after: ColumnType<unknown, string | null, never>;
  hash: Uint8Array;
}
export interface OutboxTable {
  id: string;
  kind: string;
  payload: Json<unknown>;
  idempotency_key: string;
  created_at: Instant;
  available_at: Instant;
  attempts: Generated<number>;
  claimed_until: Instant | null;
  delivered_at: Instant | null;
  failed_at: Instant | null;
  last_error: string | null;
}
export interface SiteSettingTable {
  key: string;
  value: Json<unknown>;
}
export interface OidcPayloadTable {
  model: string;
  id: string;
  payload: Json<Record<string, unknown>>;
  grant_id: string | null;
  uid: string | null;
  account_id: string | null;
  client_id: string | null;
  consumed_at: Instant | null;
  expires_at: Instant | null;
}
export interface ActingChoiceTable {
  grant_id: string;
  person_id: string;
  client_id: string;
  organisation_id: string | null;
  chosen_at: Instant;
}
export interface ProviderKeyTable {
  kid: string;
  algorithm: 'ES256' | 'RS256' | 'EdDSA';
  public_jwk: Json<Record<string, unknown>>;
  sealed_private: string;
  created_at: Instant;
  signs_from: Instant;
  published_until: Instant | null;
}
export interface RateLimitTable {
  key: string;
  points: Generated<number>;
  expire: number | null;
}

/** What a client may ask of the decision point of its application. */
export type DecisionPower = 'evaluate' | 'search' | 'synchronise' | 'explain';
export interface DecisionModelTable {
  id: string;
  application_id: string;
  number: number;
  status: 'draft' | 'valid' | 'superseded';
  forms: Json<unknown>;
  note: string | null;
  author_person_id: string | null;
  publisher_person_id: Generated<string | null>;
  created_at: Instant;
  valid_from: Instant | null;
  superseded_at: Instant | null;
  version: Version;
}
type RecordValues = Record<string, string | number | boolean | string[]>;
export interface DecisionRecordTable {
  application_id: string;
  type: string;
  id: string;
  parent_type: string | null;
  parent_id: string | null;
  owner: string | null;
  nodes: ColumnType<string[], string[] | undefined, string[]>;
  attributes: JsonDefault<RecordValues>;
  terms: GeneratedAlways<string[]>;
  record_version: Generated<number>;
  by_hand: ColumnType<RecordValues | null, string | null | undefined, string | null>;
  brought: ColumnType<RecordValues | null, string | null | undefined, string | null>;
  hand_version: Generated<number>;
}
export interface DecisionRecordGoneTable {
  application_id: string;
  type: string;
  id: string;
  record_version: number;
  gone_at: Instant;
  by_hand: ColumnType<RecordValues | null, string | null | undefined, string | null>;
  hand_version: Generated<number>;
}
export interface DecisionSubjectTable {
  application_id: string;
  type: string;
  id: string;
  source: 'portal' | 'sync';
  facts: Json<unknown>;
  record_version: Generated<number>;
  version: Version;
}
export interface DecisionChangeTable {
  xid: Generated<string>;
  id: GeneratedAlways<number>;
  at: Generated<Instant>;
  application_id: string | null;
  kind: string;
  subject_type: string | null;
  subject_id: string | null;
}

export interface Schema {
  target_group: TargetGroupTable;
  organisation: OrganisationTable;
  organisation_identifier: OrganisationIdentifierTable;
  organisation_tree: OrganisationTreeTable;
  unit: UnitTable;
  person: PersonTable;
  person_identifier: PersonIdentifierTable;
  affiliation: AffiliationTable;
  password_credential: PasswordCredentialTable;
  one_time_link: OneTimeLinkTable;
  portal_session: PortalSessionTable;
  application: ApplicationTable;
  client: ClientTable;
  application_right: ApplicationRightTable;
  context_definition: ContextDefinitionTable;
  context_option: ContextOptionTable;
  offer: OfferTable;
  administration: AdministrationTable;
  assignment: AssignmentTable;
  undo_entry: UndoEntryTable;
  audit_lane: AuditLaneTable;
  audit_event: AuditEventTable;
  outbox: OutboxTable;
  site_setting: SiteSettingTable;
  oidc_payload: OidcPayloadTable;
  oidc_step: OidcPayloadTable;
  acting_choice: ActingChoiceTable;
  provider_key: ProviderKeyTable;
  rate_limit: RateLimitTable;
  decision_model: DecisionModelTable;
  decision_record: DecisionRecordTable;
  decision_record_gone: DecisionRecordGoneTable;
  decision_subject: DecisionSubjectTable;
  decision_change: DecisionChangeTable;
}

/** What queries get: it cannot write, by type. */
export type Reader = ReadonlyKysely<Schema>;
/** The root handle; on the embedded engine never to be used while a transaction is open (one connection). */
export type Handle = Kysely<Schema>;
/** The only handle inside a transaction. */
export type Writer = Transaction<Schema>;
