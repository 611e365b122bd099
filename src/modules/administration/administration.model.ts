// What it means to administer: the kinds of administration, what each may do, and where. Pure.
import type { AdministrationKind } from '../../platform/db/types.ts';

/** One power of an actor that holds now. Instants; `effectiveUntil` null when nothing ends it. */
export interface Administration {
  readonly id: string;
  readonly kind: AdministrationKind;
  /** Null: the whole site (operator, site auditor) or an application (application owner). */
  readonly organisationId: string | null;
  readonly includesSubtree: boolean;
  readonly applicationId: string | null;
  readonly effectiveUntil: Date | null;
}

/** The person who acts, with every administration that holds at this instant. Loaded anew for each request. */
export interface Actor {
  readonly personId: string;
  readonly administrations: readonly Administration[];
}

/** The verbs that policies and scopes speak of. */
export type Power =
  | 'organisation.view'
  | 'organisation.change'
  | 'organisation.create'
  | 'person.view'
  | 'person.add'
  | 'person.change'
  | 'person.disable'
  | 'affiliation.change'
  | 'assignment.grant'
  | 'administration.appoint_local'
  | 'administration.appoint_head'
  | 'application.create'
  | 'application.view'
  | 'application.change'
  | 'offer.change'
  | 'audit.view'
  | 'site.operate';

const local: readonly Power[] = [
  'organisation.view',
  'person.view',
  'person.add',
  'person.change',
  'affiliation.change',
  'assignment.grant',
  'audit.view',
];

/** What each kind may do inside its scope; nothing else. Public: shown in docs/administration.md. */
export const powersOf: Readonly<Record<AdministrationKind, readonly Power[]>> = {
  operator: [
    'organisation.view',
    'organisation.change',
    'organisation.create',
    'person.view',
    'person.add',
    'person.change',
    'person.disable',
    'affiliation.change',
    'administration.appoint_head',
    'administration.appoint_local',
    'application.create',
    'application.view',
    'application.change',
    'offer.change',
    'audit.view',
    'site.operate',
  ],
  auditor: ['organisation.view', 'person.view', 'application.view', 'audit.view'],
  application_owner: ['application.view', 'application.change', 'offer.change'],
  head: [...local, 'organisation.change', 'administration.appoint_local', 'administration.appoint_head'],
  local,
};

/** The actor's administrations that hold this power, wherever they reach. */
export function administrationsWith(actor: Actor, power: Power): Administration[] {
  return actor.administrations.filter((administration) => powersOf[administration.kind].includes(power));
}

/** Whether the actor holds the power anywhere at all: for menus, never for a decision. */
export function hasPowerSomewhere(actor: Actor, power: Power): boolean {
  return administrationsWith(actor, power).length > 0;
}
